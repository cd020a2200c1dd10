package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.kernel.ScalarWideCounter.PlainSums;
import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import io.ckptaudit.udfs.number.Target;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** The casts to one target as the reference counts them. */
final class PlainCasts {

  private final FloatFormat source;
  private final Target target;
  private final TreeMap<Integer, Long> codes = new TreeMap<>();
  private final TreeMap<Integer, PlainSums> lost = new TreeMap<>();
  private final TreeMap<Integer, PlainSums> clipped = new TreeMap<>();
  private final TreeMap<Integer, PlainResiduals> residuals = new TreeMap<>();
  private long underflow;
  private long subnormal;

  PlainCasts(FloatFormat source, Target target) {
    this.source = source;
    this.target = target;
  }

  void add(double value, long code, WideCounter.FarCast far) {
    if (target.format().bits() <= Short.SIZE) {
      codes.merge((int) code, 1L, Long::sum);
    }
    if (Double.isNaN(value)) {
      return;
    }
    double cast = target.format().decode(code);
    int binade = Binade.of(value);
    long m = Significand.of(source, value);
    if (!Double.isFinite(cast)) {
      lost.computeIfAbsent(binade, none -> new PlainSums()).add(m);
      return;
    }
    if (target.isSaturating() && target.overflows(value)) {
      clipped.computeIfAbsent(binade, none -> new PlainSums()).add(m);
    }
    if (cast == 0) {
      underflow++;
    } else if (Math.abs(cast) < target.format().smallestNormal()) {
      subnormal++;
    }
    long residual = Significand.residual(source, value, cast);
    if (residual < 0) {
      far.accept(target, value, cast);
    } else if (residual > 0) {
      residuals
          .computeIfAbsent(binade, none -> new PlainResiduals())
          .add(WideCounter.residualCell(source, binade, residual, m), residual, m);
    }
  }

  void drainTo(WideTally tally) {
    drain(codes, (present, counts) -> tally.codes(target, present, counts));
    if (underflow > 0 || subnormal > 0) {
      tally.small(target, underflow, subnormal);
    }
    lost.forEach((k, s) -> tally.lost(target, k, s.count(), s.sum(), s.sumSq()));
    clipped.forEach((k, s) -> tally.clipped(target, k, s.count(), s.sum(), s.sumSq()));
    residuals.forEach(
        (k, r) ->
            tally.residuals(
                target, k, r.counts, r.sums.sum(), r.sums.sumSq(), r.largest, r.of, r.in));
  }

  static void drain(TreeMap<Integer, Long> codes, BiConsumer<int[], long[]> to) {
    if (!codes.isEmpty()) {
      to.accept(
          codes.keySet().stream().mapToInt(Integer::intValue).toArray(),
          codes.values().stream().mapToLong(Long::longValue).toArray());
    }
  }

  /** Residuals of one binade. */
  private final class PlainResiduals {
    private final long[] counts = new long[WideCounter.residualCells(source)];
    private final PlainSums sums = new PlainSums();
    private long largest;
    private long of;
    private long in = 1;

    void add(int cell, long residual, long m) {
      counts[cell]++;
      sums.add(residual);
      largest = Math.max(largest, residual);
      int high = Long.compare(Math.multiplyHigh(residual, in), Math.multiplyHigh(of, m));
      int order = high != 0 ? high : Long.compareUnsigned(residual * in, of * m);
      if (order > 0 || order == 0 && m < in) {
        of = residual;
        in = m;
      }
    }
  }
}
