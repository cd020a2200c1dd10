package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Role;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.Statistics;
import io.ckptaudit.udfs.state.TargetFigures;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;

/**
 * What rules about a whole checkpoint need to know of one tensor: a few hundred bytes, made where
 * its state is.
 *
 * @param absMax null where nothing is finite
 * @param narrowest null where there are no values
 * @param contents null where the bytes do not lie in one piece
 * @param overflow by target; only what is not 0
 * @param underflow by target; only what is not 0
 * @param thin targets in which more values become zero than the threshold allows
 */
record TensorFacts(
    String name,
    Role role,
    DType dtype,
    List<Long> shape,
    long elements,
    long bytes,
    Double absMax,
    DType narrowest,
    Contents contents,
    EnumMap<Target, Long> overflow,
    EnumMap<Target, Long> underflow,
    EnumSet<Target> thin)
    implements Serializable {

  /** Equal contents are equal bits in the same order, up to a collision of CRC-32C and sums. */
  record Contents(long crc32c, double sum, double sumSq, long zero, long nan)
      implements Serializable {}

  /**
   * @param crc32c of its bytes, or null
   */
  static TensorFacts of(TensorSubject subject, Statistics statistics, Long crc32c) {
    return new TensorFacts(
        subject.entry().name(),
        subject.name().role(),
        subject.entry().dtype(),
        subject.entry().shape(),
        subject.entry().elements(),
        subject.entry().bytes(),
        statistics.absMax(),
        statistics.narrowestExactDtype(),
        crc32c == null
            ? null
            : new Contents(
                crc32c, statistics.sum(), statistics.sumSq(), statistics.zero(), statistics.nan()),
        new EnumMap<>(Target.class),
        new EnumMap<>(Target.class),
        EnumSet.noneOf(Target.class));
  }

  void addCast(TargetFigures figures, Statistics statistics, Thresholds thresholds) {
    if (figures.overflow() > 0) {
      overflow.put(figures.target(), figures.overflow());
    }
    if (figures.underflow() > 0) {
      underflow.put(figures.target(), figures.underflow());
    }
    if (CastLosses.underflowShare(figures, statistics) > thresholds.underflowShare()) {
      thin.add(figures.target());
    }
  }

  /** Bytes that a cast to the narrowest exact dtype would save. */
  long wasted() {
    return narrowest == null || !dtype.isFloating() || narrowest.bits() >= dtype.bits()
        ? 0
        : bytes - elements * narrowest.bits() / Byte.SIZE;
  }
}
