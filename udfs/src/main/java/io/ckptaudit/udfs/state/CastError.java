package io.ckptaudit.udfs.state;

/**
 * The error of one cast, |result − value|, of two finite doubles below 2^1023.
 *
 * @param nearest the error rounded once, to nearest
 * @param truncated the error rounded toward zero, which lies in the binade of the exact one
 * @param exact whether both are the error itself
 */
record CastError(double nearest, double truncated, boolean exact) {

  /** A square of a double of at most 26 significant bits is a double. */
  private static final long BELOW_26_BITS = (1L << 27) - 1;

  /** The sum and what rounding left of it: Knuth, TAOCP vol. 2, §4.2.2, theorem B. */
  static CastError of(double value, double cast) {
    double difference = cast - value;
    double part = difference - cast;
    double rest = (cast - (difference - part)) + (-value - part);
    double nearest = Math.abs(difference);
    boolean tooLarge = rest != 0 && rest < 0 == difference > 0;
    return new CastError(nearest, tooLarge ? Math.nextDown(nearest) : nearest, rest == 0);
  }

  /** Whether the error and its square are doubles, barring overflow and underflow of the square. */
  boolean hasExactSquare() {
    return exact && (Double.doubleToRawLongBits(nearest) & BELOW_26_BITS) == 0;
  }

  /** The exact error over |value|, rounded once; 0 for a value of zero, which has none. */
  double relative(double value, double cast) {
    if (exact || value == 0) {
      return value == 0 ? 0 : nearest / Math.abs(value);
    }
    ExactSum error = new ExactSum();
    error.add(cast, 1);
    error.add(-value, 1);
    ExactSum whole = new ExactSum();
    whole.add(Math.abs(value), 1);
    return Math.abs(error.over(whole));
  }
}
