package io.ckptaudit.job.plan;

/**
 * How to cut.
 *
 * @param splitBytes the most a split may have; at least {@link #SMALLEST_SPLIT}
 * @param cores that will run tasks at the same time
 */
public record PlanSettings(long splitBytes, int cores) {

  /** 24 bytes hold whole elements of every dtype: 4, 6, 8, 16, 32 and 64 bits. */
  static final long GRAIN = 24;

  /** Smaller splits would only fill the driver: 70B parameters are 140 million of these. */
  public static final long SMALLEST_SPLIT = 1024;

  public static final long DEFAULT_SPLIT = 256L << 20;

  public PlanSettings {
    if (splitBytes < SMALLEST_SPLIT) {
      throw new InvalidSettingException(
          "Invalid split size: "
              + splitBytes
              + " bytes is below "
              + SMALLEST_SPLIT
              + "; use a larger --split-size such as 256MiB");
    }
  }
}
