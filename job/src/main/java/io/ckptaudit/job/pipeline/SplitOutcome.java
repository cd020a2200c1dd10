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
 *          2: four bytes, big-endian: length of a state; the state; magnitudes of slices
 * </pre>
 */
final class SplitOutcome {

  private static final byte STATE = 0;
  private static final byte FAULT = 1;
  private static final byte SLICED = 2;
  private static final int STATE_AT = 1 + Integer.BYTES;

  private SplitOutcome() {}

  static byte[] of(CountedSplit counted) {
    byte[] state = counted.state().toBytes();
    if (counted.slices() == null) {
      return tagged(STATE, state);
    }
    byte[] slices = counted.slices().toBytes();
    return ByteBuffer.allocate(STATE_AT + state.length + slices.length)
        .put(SLICED)
        .putInt(state.length)
        .put(state)
        .put(slices)
        .array();
  }

  static byte[] of(ReadFault fault) {
    return tagged(FAULT, fault.name().getBytes(StandardCharsets.US_ASCII));
  }

  static boolean isFault(byte[] outcome) {
    return outcome[0] == FAULT;
  }

  static TensorState state(byte[] outcome) {
    int from = outcome[0] == SLICED ? STATE_AT : 1;
    return TensorState.fromBytes(Arrays.copyOfRange(outcome, from, endOfState(outcome)));
  }

  private static int endOfState(byte[] outcome) {
    return outcome[0] == SLICED ? STATE_AT + ByteBuffer.wrap(outcome).getInt(1) : outcome.length;
  }

  /** The state, and magnitudes of slices where there are any. */
  static CountedSplit counted(byte[] outcome) {
    SliceMagnitudes slices =
        outcome[0] == SLICED
            ? SliceMagnitudes.fromBytes(
                Arrays.copyOfRange(outcome, endOfState(outcome), outcome.length))
            : null;
    return new CountedSplit(state(outcome), slices);
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
