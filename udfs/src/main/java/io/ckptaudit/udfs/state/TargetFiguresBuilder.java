package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.Target;

/** Gathers {@link TargetFigures} from code counts, of one dtype or several. */
final class TargetFiguresBuilder {

  private final Target target;
  private final ExactSum sumAbsError = new ExactSum();
  private final ExactSum sumSqError = new ExactSum();
  private final ExactSum sumSqKept = new ExactSum();
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

  private void addFinite(int code, long count, ConversionTable table) {
    finite = Math.addExact(finite, count);
    overflow += table.isOverflow(code) ? count : 0;
    underflow += table.isUnderflow(code) ? count : 0;
    subnormal += table.isSubnormal(code) ? count : 0;
    inexact += table.isInexact(code) ? count : 0;
    if (!table.isKept(code)) {
      return;
    }
    double value = table.value(code);
    kept += count;
    sumSqKept.add(value * value, count);
    if (table.error(code) == 0) {
      absolute.addZero(count);
      relative.addZero(count);
      ulp.addZero(count);
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

  TargetFigures build() {
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
        measurable ? (Double) (10 * StrictMath.log10(sumSqKept.over(sumSqError))) : null,
        absolute,
        relative,
        ulp);
  }
}
