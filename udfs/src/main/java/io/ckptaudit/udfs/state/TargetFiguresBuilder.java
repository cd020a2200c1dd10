package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import io.ckptaudit.udfs.number.Target;

/** Gathers {@link TargetFigures} from counted states, of one dtype or several. */
final class TargetFiguresBuilder {

  private final Target target;
  private final ExactSum sumAbsError = new ExactSum();
  private final ExactSum sumSqError = new ExactSum();

  /** Σx² over the finite values whose results are not. */
  private final ExactSum sumSqLost = new ExactSum();

  private final Histogram absolute = new Histogram();
  private final Histogram relative = new Histogram();
  private final Histogram ulp = new Histogram();
  private long finite;
  private long kept;
  private long overflow;
  private long underflow;
  private long subnormal;
  private long inexact;
  private double maxAbsError;
  private double maxRelError;
  private double maxUlpError;

  TargetFiguresBuilder(Target target) {
    this.target = target;
  }

  void add(CodeCounts state, FormatTables tables) {
    ConversionTable table = tables.table(target);
    for (int i = 0; i < state.distinctCodes(); i++) {
      int code = state.code(i);
      if (table.isFinite(code)) {
        addFinite(code, state.count(i), table);
      }
    }
  }

  /**
   * @param tables of BF16
   */
  void add(WideCounts state, FormatTables tables) {
    add(state.bf16(), tables);
    if (target.format() == state.format()) {
      addUnchanged(state.values());
    } else {
      addCasts(state.values(), state.cast(target));
    }
  }

  private void addUnchanged(WideValues values) {
    addKept(values);
    addZeroErrors(values.count());
    for (Moments moments : values.positive.headMap(values.source.minExponent()).values()) {
      subnormal += moments.count();
    }
    for (Moments moments : values.negative.headMap(values.source.minExponent()).values()) {
      subnormal += moments.count();
    }
  }

  /** All values, as if every result were finite. */
  private void addKept(WideValues values) {
    finite = Math.addExact(finite, values.count());
    kept += values.count();
  }

  private void addZeroErrors(long count) {
    absolute.addZero(count);
    relative.addZero(count);
    ulp.addZero(count);
  }

  private void addCasts(WideValues values, CastErrors errors) {
    addKept(values);
    errors.lost.forEach(
        (binade, m) -> sumSqLost.add(m.sumSq(), 2 * Significand.unit(values.source, binade)));
    long lost = errors.lostCount();
    kept -= lost;
    addZeroErrors(values.count() - errors.inexact());
    overflow += errors.overflow();
    underflow += errors.underflow;
    subnormal += errors.subnormal;
    inexact += errors.inexact();
    errors.residuals.forEach((binade, residuals) -> addBinade(values.source, binade, residuals));
    addFar(errors.far);
  }

  private void addBinade(FloatFormat source, int binade, Residuals residuals) {
    int unit = Significand.unit(source, binade);
    int spacing = Significand.unit(target.format(), binade);
    int length = Significand.length(source, binade);
    for (int cell = 2; cell < residuals.counts().length; cell++) {
      long count = residuals.counts()[cell];
      if (count > 0) {
        int bin = cell / 2 - 1 + unit;
        absolute.add(bin, count);
        ulp.add(bin - spacing, count);
        relative.add(cell / 2 - length + (cell & 1) - 1, count);
      }
    }
    sumAbsError.add(residuals.sum(), unit);
    sumSqError.add(residuals.sumSq(), 2 * unit);
    double largest = Math.scalb((double) residuals.largest(), unit);
    maxAbsError = Math.max(maxAbsError, largest);
    maxUlpError = Math.max(maxUlpError, Math.scalb((double) residuals.largest(), unit - spacing));
    maxRelError =
        Math.max(maxRelError, (double) residuals.shareOf() / (double) residuals.shareIn());
  }

  private void addFar(FarErrors far) {
    if (far.count() == 0) {
      return;
    }
    sumAbsError.add(far.sum(), far.unit());
    sumSqError.add(far.sumSq(), 2 * far.unit());
    absolute.addAll(far.histograms()[0]);
    relative.addAll(far.histograms()[1]);
    ulp.addAll(far.histograms()[2]);
    for (FarErrors.Witness w : far.witnesses()) {
      CastError error = CastError.of(w.value(), w.cast());
      maxAbsError = Math.max(maxAbsError, error.nearest());
      maxRelError = Math.max(maxRelError, error.relative(w.value(), w.cast()));
      maxUlpError = Math.max(maxUlpError, error.nearest() / target.format().spacing(w.value()));
    }
  }

  private void addFinite(int code, long count, ConversionTable table) {
    finite = Math.addExact(finite, count);
    if (table.isUnchanged(code)) {
      kept += count;
      addZeroErrors(count);
      return;
    }
    overflow += table.isOverflow(code) ? count : 0;
    underflow += table.isUnderflow(code) ? count : 0;
    subnormal += table.isSubnormal(code) ? count : 0;
    inexact += table.isInexact(code) ? count : 0;
    if (!table.isKept(code)) {
      double value = table.value(code);
      sumSqLost.add(value * value, count);
      return;
    }
    kept += count;
    if (table.error(code) == 0) {
      addZeroErrors(count);
    } else {
      addError(code, count, table);
    }
  }

  private void addError(int code, long count, ConversionTable table) {
    double error = table.error(code);
    maxAbsError = Math.max(maxAbsError, error);
    maxRelError = Math.max(maxRelError, table.relativeError(code));
    maxUlpError = Math.max(maxUlpError, table.ulpError(code));
    absolute.add(table.absoluteBin(code), count);
    if (table.relativeBin(code) != ConversionTable.NO_BIN) {
      relative.add(table.relativeBin(code), count);
    }
    ulp.add(table.ulpBin(code), count);
    if (table.hasExactSquare(code)) {
      sumAbsError.add(error, count);
      sumSqError.add(error * error, count);
    } else {
      addTerms(table.value(code), table.cast(code), count);
    }
  }

  /** |c − v| and c² − 2cv + v² term by term: their sum is exact where the error itself is not. */
  private void addTerms(double value, double cast, long count) {
    double sign = cast > value ? 1 : -1;
    sumAbsError.add(sign * cast, count);
    sumAbsError.add(-sign * value, count);
    sumSqError.add(cast * cast, count);
    sumSqError.add(-2 * cast * value, count);
    sumSqError.add(value * value, count);
  }

  /**
   * @param sumSq Σx² over all finite values
   */
  TargetFigures build(ExactSum sumSq) {
    boolean any = kept > 0;
    boolean measurable = !sumSqError.isZero();
    return new TargetFigures(
        target,
        overflow,
        underflow,
        subnormal,
        inexact,
        finite - inexact,
        maxAbsError,
        any ? (Double) sumAbsError.mean(kept) : null,
        sumAbsError.toDouble(),
        sumSqError.toDouble(),
        any ? (Double) sumSqError.rootOfMean(kept) : null,
        maxRelError,
        maxUlpError,
        measurable ? (Double) (10 * StrictMath.log10(sumSq.lessOver(sumSqLost, sumSqError))) : null,
        absolute,
        relative,
        ulp);
  }
}
