package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.udfs.state.TensorState;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a task made of a split, as bytes: a state, or why there is none. A tensor with one split
 * that could not be read has no figures at all, whatever became of the others.
 *
 * <pre>
 * byte 0   0: the bytes of a state follow; 1: the name of a ReadFault in ASCII
 * </pre>
 */
final class SplitOutcome {

  private static final byte STATE = 0;
  private static final byte FAULT = 1;

  private SplitOutcome() {}

  static byte[] of(TensorState state) {
    return tagged(STATE, state.toBytes());
  }

  static byte[] of(ReadFault fault) {
    return tagged(FAULT, fault.name().getBytes(StandardCharsets.US_ASCII));
  }

  static boolean isFault(byte[] outcome) {
    return outcome[0] == FAULT;
  }

  static TensorState state(byte[] outcome) {
    return TensorState.fromBytes(Arrays.copyOfRange(outcome, 1, outcome.length));
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
    return of(state(a).merge(state(b)));
  }

  private static byte[] tagged(byte tag, byte[] content) {
    byte[] outcome = new byte[content.length + 1];
    outcome[0] = tag;
    System.arraycopy(content, 0, outcome, 1, content.length);
    return outcome;
  }
}
