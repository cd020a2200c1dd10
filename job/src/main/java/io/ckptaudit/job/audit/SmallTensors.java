package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Role;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.Statistics;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Tensors that are small, and computed in F32 for a reason: biases of routers, decay rates.
 *
 * <p>Whether values collapsed is told from the codes between the smallest and the largest, both
 * included. Where n ≥ 64 values that were spread over a range with only k ≤ 16 codes are rounded,
 * the step between codes is at least a sixteenth of the whole range: which of two values is the
 * larger, all that a router asks, is lost for most pairs. Weights around zero never come near: half
 * of all codes of a 16-bit float are below one. That at least half of the k codes occur tells
 * rounded values from chosen ones, such as 0 and 1. Norms stay out, because trained in 16 bits they
 * do lie on few codes around one, and scales, which are chosen.
 */
final class SmallTensors {

  static final long FEWEST = 64;
  static final long MOST = 65_536;

  private static final Set<Role> FEW_CODES_BY_NATURE = EnumSet.of(Role.NORM, Role.SCALE);

  private SmallTensors() {}

  /** The finding that the values collapsed onto few codes. */
  static Optional<Finding> collapse(
      TensorSubject subject, Statistics statistics, Thresholds thresholds) {
    DType dtype = subject.entry().dtype();
    boolean eligible =
        (dtype == DType.F16 || dtype == DType.BF16)
            && !FEW_CODES_BY_NATURE.contains(subject.name().role())
            && statistics.elements() >= FEWEST
            && statistics.elements() <= MOST
            && statistics.nonFinite() == 0
            && statistics.distinctCodes() != null
            && statistics.distinctCodes() > 1;
    if (!eligible) {
      return Optional.empty();
    }
    long inRange = codesBetween(dtype.format(), statistics.min(), statistics.max());
    long distinct = statistics.distinctCodes();
    if (inRange > thresholds.collapsedCodes() || 2 * distinct < inRange) {
      return Optional.empty();
    }
    return Optional.of(
        Rule.DISTINCT_COLLAPSE.ofTensor(
            subject,
            String.format(
                Locale.ROOT,
                "%,d values from %s to %s lie on %d codes of %s, which has %d there",
                statistics.elements(),
                statistics.min(),
                statistics.max(),
                distinct,
                dtype,
                inRange),
            Rule.evidence(
                "distinct_codes", distinct,
                "codes_in_range", inRange,
                "elements", statistics.elements(),
                "min", statistics.min(),
                "max", statistics.max())));
  }

  /** Codes of a format from one of its values to another, both included; −0 and +0 are one. */
  static long codesBetween(FloatFormat format, double min, double max) {
    return ordinal(format, max) - ordinal(format, min) + 1;
  }

  private static long ordinal(FloatFormat format, double value) {
    long code = format.round(value);
    long magnitude = format.magnitude(code);
    return format.isNegative(code) ? -magnitude : magnitude;
  }

  /** The finding that a tensor computed in F32 does not have the values of one. */
  static Optional<Finding> precision(TensorSubject subject, Statistics statistics, Policy policy) {
    DType dtype = subject.entry().dtype();
    Optional<NamePattern> pattern =
        policy.fp32Tensors().stream()
            .filter(fp32 -> fp32.matches(subject.entry().name()))
            .findFirst();
    if (pattern.isEmpty() || !dtype.isFloating()) {
      return Optional.empty();
    }
    DType holds = statistics.narrowestExactDtype();
    boolean narrow = dtype.bits() < DType.F32.bits();
    boolean wasNarrow =
        !narrow
            && statistics.elements() >= FEWEST
            && holds != null
            && holds.bits() < DType.F32.bits()
            && !statistics.min().equals(statistics.max());
    if (!narrow && !wasNarrow) {
      return Optional.empty();
    }
    return Optional.of(
        Rule.PRECISION_ROLE.ofTensor(
            subject,
            narrow
                ? "Values that are computed in F32 are stored as " + dtype
                : "Values that are computed in F32 are stored as "
                    + dtype
                    + " and all fit "
                    + holds,
            Rule.evidence(
                "dtype", dtype.name(),
                "holds", (narrow ? dtype : holds).name(),
                "pattern", pattern.get().toString(),
                "elements", statistics.elements())));
  }
}
