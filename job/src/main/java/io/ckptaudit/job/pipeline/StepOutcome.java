package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.udfs.state.UpdateCounts;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What became of a pair of tensors, as bytes: a state, or why there is none. A pair with one split
 * that could not be read has no figures.
 *
 * <pre>
 * byte 0   0: the bytes of a state follow
 *          1, 2: BEFORE or AFTER could not be read, and the name of a ReadFault in ASCII follows
 * </pre>
 */
final class StepOutcome {

  private StepOutcome() {}

  static byte[] of(UpdateCounts counts) {
    return tagged(0, counts.toBytes());
  }

  static byte[] of(int side, ReadFault fault) {
    return tagged(side + 1, fault.name().getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] tagged(int tag, byte[] content) {
    byte[] outcome = new byte[content.length + 1];
    outcome[0] = (byte) tag;
    System.arraycopy(content, 0, outcome, 1, content.length);
    return outcome;
  }

  static boolean isFault(byte[] outcome) {
    return outcome[0] != 0;
  }

  /** Of a fault: 0 for BEFORE, 1 for AFTER. */
  static int side(byte[] outcome) {
    return outcome[0] - 1;
  }

  static ReadFault fault(byte[] outcome) {
    return ReadFault.valueOf(new String(outcome, 1, outcome.length - 1, StandardCharsets.US_ASCII));
  }

  static UpdateCounts counts(byte[] outcome) {
    return UpdateCounts.fromBytes(Arrays.copyOfRange(outcome, 1, outcome.length));
  }

  /** Commutative and associative; of two faults the lesser by its bytes stays. */
  static byte[] merge(byte[] a, byte[] b) {
    if (isFault(a) && isFault(b)) {
      return Arrays.compareUnsigned(a, b) <= 0 ? a : b;
    }
    if (isFault(a) || isFault(b)) {
      return isFault(a) ? a : b;
    }
    return of(counts(a).merge(counts(b)));
  }
}
