package io.ckptaudit.job.audit;

import java.io.Serializable;

/**
 * From where on figures become findings. Shares are of finite values (wastedShare: of bytes), from
 * 0 to 1; a share must be exceeded to be found.
 *
 * @param underflowShare of a tensor's non-zero values that become zero in a cast
 * @param subnormalShare of a tensor's values that are subnormal after a cast
 * @param deadExpertRatio an expert's largest magnitude to the median of its siblings'
 * @param collapsedCodes the most codes between smallest and largest value, both included, that
 *     count as few
 * @param wastedShare of a checkpoint's bytes
 * @param emptyRowRatio a row's largest magnitude to the median row's, below which it is empty
 * @param farRowRatio the same, above which it is far
 */
public record Thresholds(
    double underflowShare,
    double subnormalShare,
    double deadExpertRatio,
    int collapsedCodes,
    double wastedShare,
    double emptyRowRatio,
    double farRowRatio)
    implements Serializable {

  /** As {@code conf/policy.yaml} has them. */
  public static final Thresholds DEFAULT = new Thresholds(0.001, 0.1, 0.001, 16, 0.01, 1e-6, 100);
}
