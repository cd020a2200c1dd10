package io.ckptaudit.job.container.pickle;

import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.util.List;

/**
 * A pickle that was read.
 *
 * @param root what it would have become, made of the classes of this package, String, Long,
 *     BigInteger, Double, Boolean and {@link PickleNone}; null if reading it ended in a fault
 * @param end absolute in the file, after STOP or where reading ended
 * @param outside all it refers to outside of itself, in the order it does
 * @param faults in the order they were met
 */
public record Pickle(Object root, long end, List<PersistentRef> outside, List<PickleFault> faults) {

  /** The longest that is read at all. */
  public static final long LONGEST = 256L << 20;

  /**
   * Reads one pickle.
   *
   * @param start where it begins in the file
   * @param end nothing at or beyond it is read
   * @throws IOException only if the file cannot be read
   */
  public static Pickle read(RangeReader file, long start, long end, PickleDialect dialect)
      throws IOException {
    return new PickleMachine(new PickleInput(file, start, end), dialect).run();
  }

  public boolean isWhole() {
    return root != null;
  }
}
