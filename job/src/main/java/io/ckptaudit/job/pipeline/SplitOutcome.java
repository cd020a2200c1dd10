package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.udfs.state.TensorState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a task made of a split, as bytes: a state, or why there is none. A tensor with one split
 * that could not be read has no figures at all, whatever became of the others.
 *
 * <pre>
 * byte 0   0: the bytes of a state follow
 *          1: the name of a ReadFault in ASCII
 *          2: four bytes contributed to a CRC-32, then the bytes of a state
 * </pre>
 */
final class SplitOutcome {

  private static final byte STATE = 0;
  private static final byte FAULT = 1;
  private static final byte CHECKED_STATE = 2;

  private SplitOutcome() {}

  static byte[] of(TensorState state) {
    return tagged(STATE, state.toBytes());
  }

  static byte[] of(CountedSplit split) {
    return split.crc32() == null ? of(split.state()) : checked(split.crc32(), split.state());
  }

  private static byte[] checked(int crc32, TensorState state) {
    byte[] bytes = state.toBytes();
    return ByteBuffer.allocate(1 + Integer.BYTES + bytes.length)
        .put(CHECKED_STATE)
        .putInt(crc32)
        .put(bytes)
        .array();
  }

  static byte[] of(ReadFault fault) {
    return tagged(FAULT, fault.name().getBytes(StandardCharsets.US_ASCII));
  }

  static boolean isFault(byte[] outcome) {
    return outcome[0] == FAULT;
  }

  static TensorState state(byte[] outcome) {
    int from = outcome[0] == CHECKED_STATE ? 1 + Integer.BYTES : 1;
    return TensorState.fromBytes(Arrays.copyOfRange(outcome, from, outcome.length));
  }

  /** Exclusive-or of the contributions to the CRC-32 of the tensor; null if it was not taken. */
  static Integer crc32(byte[] outcome) {
    return outcome[0] == CHECKED_STATE ? (Integer) ByteBuffer.wrap(outcome, 1, 4).getInt() : null;
  }

  static ReadFault fault(byte[] outcome) {
    return ReadFault.valueOf(new String(outcome, 1, outcome.length - 1, StandardCharsets.US_ASCII));
  }

  /** Commutative and associative; of two faults the lesser by its bytes stays. */
  static byte[] merge(byte[] a, byte[] b) {
    if (isFault(a) && isFault(b)) {
      return Arrays.compareUnsigned(a, b) <= 0 ? a : b;
    }
    if (isFault(a) || isFault(b)) {
      return isFault(a) ? a : b;
    }
    TensorState merged = state(a).merge(state(b));
    Integer crcOfA = crc32(a);
    Integer crcOfB = crc32(b);
    return crcOfA == null || crcOfB == null ? of(merged) : checked(crcOfA ^ crcOfB, merged);
  }

  private static byte[] tagged(byte tag, byte[] content) {
    byte[] outcome = new byte[content.length + 1];
    outcome[0] = tag;
    System.arraycopy(content, 0, outcome, 1, content.length);
    return outcome;
  }
}
