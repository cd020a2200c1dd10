package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import io.ckptaudit.udfs.number.Target;
import java.util.EnumSet;
import java.util.Set;

/** Gathers {@link Statistics} from counted states, of one dtype or several. */
final class StatisticsBuilder {

  private final ExactSum sum = new ExactSum();
  private final ExactSum sumSq = new ExactSum();
  private final Histogram magnitudes = new Histogram();
  private final Set<DType> dtypes = EnumSet.noneOf(DType.class);
  private long elements;
  private long nan;
  private long posInf;
  private long negInf;
  private long zero;
  private long subnormal;
  private long distinct;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private double absMax;
  private double absMinNonzero = Double.POSITIVE_INFINITY;
  private boolean onF16 = true;
  private boolean onBf16 = true;
  private boolean onF32 = true;
  private boolean allCodesCounted = true;

  void add(CodeCounts state, FormatTables tables) {
    elements = Math.addExact(elements, state.elements());
    if (state.elements() > 0) {
      dtypes.add(state.dtype());
      distinct += state.distinctCodes();
    }
    addCodes(state, tables, state.dtype().format());
  }

  /**
   * @param tables of BF16
   */
  void add(WideCounts state, FormatTables tables) {
    elements = Math.addExact(elements, state.elements());
    if (state.elements() > 0) {
      dtypes.add(state.dtype());
      distinct += state.bf16().distinctCodes();
    }
    allCodesCounted &= state.isAllBf16();
    addCodes(state.bf16(), tables, state.format());
    addValues(state.values());
    onF16 &= state.cast(Target.F16).inexact() == 0;
    onBf16 &= state.cast(Target.BF16).inexact() == 0;
    onF32 &= state.values().fitIn(FloatFormat.F32);
  }

  private void addValues(WideValues values) {
    nan += values.nan;
    values.positive.forEach((binade, moments) -> addBinade(values.source, binade, moments, 1));
    values.negative.forEach((binade, moments) -> addBinade(values.source, binade, moments, -1));
    if (values.count() > 0) {
      min = Math.min(min, values.smallest);
      max = Math.max(max, values.largest);
      absMax = Math.max(absMax, Math.max(Math.abs(values.smallest), Math.abs(values.largest)));
      absMinNonzero = Math.min(absMinNonzero, values.nearestZero);
    }
  }

  private void addBinade(FloatFormat source, int binade, Moments moments, int sign) {
    int unit = Significand.unit(source, binade);
    sum.add(sign < 0 ? moments.sum().negate() : moments.sum(), unit);
    sumSq.add(moments.sumSq(), 2 * unit);
    magnitudes.add(binade, moments.count());
    subnormal += binade < source.minExponent() ? moments.count() : 0;
  }

  private void addCodes(CodeCounts state, FormatTables tables, FloatFormat source) {
    for (int i = 0; i < state.distinctCodes(); i++) {
      addCode(state.code(i), state.count(i), tables, source);
    }
  }

  private void addCode(int code, long count, FormatTables tables, FloatFormat source) {
    double value = tables.value(code);
    if (Double.isFinite(value)) {
      addFinite(code, value, count, tables, source);
    } else if (Double.isNaN(value)) {
      nan += count;
    } else if (value > 0) {
      posInf += count;
    } else {
      negInf += count;
    }
  }

  private void addFinite(
      int code, double value, long count, FormatTables tables, FloatFormat source) {
    double magnitude = Math.abs(value);
    min = Math.min(min, value + 0.0);
    max = Math.max(max, value + 0.0);
    absMax = Math.max(absMax, magnitude);
    onF16 &= !tables.table(Target.F16).isInexact(code);
    onBf16 &= !tables.table(Target.BF16).isInexact(code);
    if (magnitude == 0) {
      zero += count;
      magnitudes.addZero(count);
      return;
    }
    if (magnitude < source.smallestNormal()) {
      subnormal += count;
    }
    absMinNonzero = Math.min(absMinNonzero, magnitude);
    sum.add(value, count);
    sumSq.add(value * value, count);
    magnitudes.add(tables.magnitudeBin(code), count);
  }

  /** Σx² over the finite values. */
  ExactSum sumSq() {
    return sumSq;
  }

  Statistics build() {
    long finite = elements - nan - posInf - negInf;
    boolean any = finite > 0;
    return new Statistics(
        elements,
        nan,
        posInf,
        negInf,
        zero,
        subnormal,
        any ? (Double) min : null,
        any ? (Double) max : null,
        any ? (Double) absMax : null,
        finite > zero ? (Double) absMinNonzero : null,
        any ? (Double) sum.mean(finite) : null,
        any ? (Double) ExactSum.standardDeviation(sum, sumSq, finite) : null,
        sum.toDouble(),
        sumSq.toDouble(),
        dtypes.size() > 1 || !allCodesCounted ? null : (Long) distinct,
        any ? narrowest() : null,
        onF16,
        onBf16,
        magnitudes);
  }

  private DType narrowest() {
    if (onBf16) {
      return DType.BF16;
    }
    if (onF16) {
      return DType.F16;
    }
    return onF32 ? DType.F32 : DType.F64;
  }
}
