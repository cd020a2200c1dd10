package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.udfs.state.ElementDifferences;
import java.util.Arrays;

/** What is known of a pair, as it travels: differences, or the fault that hid some. */
final class StretchOutcome {

  private static final byte DIFFERENCES = 0;

  private StretchOutcome() {}

  static byte[] of(ElementDifferences found) {
    byte[] state = found.toBytes();
    byte[] outcome = new byte[state.length + 1];
    System.arraycopy(state, 0, outcome, 1, state.length);
    return outcome;
  }

  static byte[] of(ReadFault fault) {
    return new byte[] {(byte) (fault.ordinal() + 1)};
  }

  /** Null for differences. */
  static ReadFault fault(byte[] outcome) {
    return outcome[0] == DIFFERENCES ? null : ReadFault.values()[outcome[0] - 1];
  }

  static ElementDifferences differences(byte[] outcome) {
    return ElementDifferences.fromBytes(Arrays.copyOfRange(outcome, 1, outcome.length));
  }

  /** A fault outlives differences; of two, the first of their list. */
  static byte[] merge(byte[] a, byte[] b) {
    if (a[0] == DIFFERENCES && b[0] == DIFFERENCES) {
      return of(differences(a).merge(differences(b)));
    }
    boolean first = b[0] == DIFFERENCES || a[0] != DIFFERENCES && a[0] <= b[0];
    return first ? a : b;
  }
}
