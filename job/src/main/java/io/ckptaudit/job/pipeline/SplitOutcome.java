package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.udfs.state.SliceMagnitudes;
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
 *          2: what else was learnt, then the bytes of a state:
 *             byte 1       1 if the next four count, 0 if not
 *             bytes 2-5    contributed to a CRC-32, big-endian
 *             bytes 6-9    length of the magnitudes of slices, −1 where there are none
 *             from 10 on   those; then the state
 * </pre>
 */
final class SplitOutcome {

  private static final byte STATE = 0;
  private static final byte FAULT = 1;
  private static final byte MORE = 2;
  private static final int MORE_AT = 2 + 2 * Integer.BYTES;

  private SplitOutcome() {}

  static byte[] of(CountedSplit counted) {
    byte[] state = counted.state().toBytes();
    if (counted.slices() == null && counted.crc32() == null) {
      return tagged(STATE, state);
    }
    byte[] slices = counted.slices() == null ? new byte[0] : counted.slices().toBytes();
    return ByteBuffer.allocate(MORE_AT + slices.length + state.length)
        .put(MORE)
        .put((byte) (counted.crc32() == null ? 0 : 1))
        .putInt(counted.crc32() == null ? 0 : counted.crc32())
        .putInt(counted.slices() == null ? -1 : slices.length)
        .put(slices)
        .put(state)
        .array();
  }

  static byte[] of(ReadFault fault) {
    return tagged(FAULT, fault.name().getBytes(StandardCharsets.US_ASCII));
  }

  static boolean isFault(byte[] outcome) {
    return outcome[0] == FAULT;
  }

  static TensorState state(byte[] outcome) {
    int from = outcome[0] == MORE ? MORE_AT + Math.max(0, lengthOfSlices(outcome)) : 1;
    return TensorState.fromBytes(Arrays.copyOfRange(outcome, from, outcome.length));
  }

  private static int lengthOfSlices(byte[] outcome) {
    return ByteBuffer.wrap(outcome).getInt(MORE_AT - Integer.BYTES);
  }

  /** The state, and what else was learnt. */
  static CountedSplit counted(byte[] outcome) {
    if (outcome[0] != MORE) {
      return new CountedSplit(state(outcome), null, null);
    }
    int length = lengthOfSlices(outcome);
    SliceMagnitudes slices =
        length < 0
            ? null
            : SliceMagnitudes.fromBytes(Arrays.copyOfRange(outcome, MORE_AT, MORE_AT + length));
    Integer crc32 = outcome[1] == 1 ? (Integer) ByteBuffer.wrap(outcome).getInt(2) : null;
    return new CountedSplit(state(outcome), slices, crc32);
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
    return of(counted(a).merge(counted(b)));
  }

  private static byte[] tagged(byte tag, byte[] content) {
    byte[] outcome = new byte[content.length + 1];
    outcome[0] = tag;
    System.arraycopy(content, 0, outcome, 1, content.length);
    return outcome;
  }
}
