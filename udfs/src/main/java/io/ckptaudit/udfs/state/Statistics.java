package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;

/**
 * What states say of the values themselves, whatever their dtype.
 *
 * <p>Counts are of elements, exact. Values are without unit; every sum is exact inside and rounded
 * once: {@code sum}, {@code sumSq}, {@code mean} = the exact quotient, {@code stddev} = of the
 * population. NaN and ±infinity are counted apart and enter nothing else; −0 counts as zero and as
 * +0.0; subnormals are those of the source format. Without a finite value the extremes, mean and
 * stddev are null, the sums 0 and both lattice columns true. A sum beyond the largest double is
 * ±infinity: 2^63 values of F32, below 2^128, come to less than 2^191 and their squares to less
 * than 2^319; those of F64 may. More than 2^63 − 1 elements throw {@link ArithmeticException}.
 * Source: DESIGN §3.
 *
 * @param subnormal non-zero values below the smallest normal of their own dtype
 * @param absMinNonzero smallest non-zero magnitude, or null
 * @param distinctCodes number of different codes, null for several dtypes together, and for F32 and
 *     F64 unless every value is one of BF16
 * @param narrowestExactDtype of F16, BF16, F32, F64 the narrowest that holds every finite value
 *     (BF16 where both 16-bit ones do); null without values
 * @param onF16Lattice whether every finite value is a value of F16
 * @param onBf16Lattice whether every finite value is a value of BF16
 * @param magnitudes of the finite values; zero has its own row
 */
public record Statistics(
    long elements,
    long nan,
    long posInf,
    long negInf,
    long zero,
    long subnormal,
    Double min,
    Double max,
    Double absMax,
    Double absMinNonzero,
    Double mean,
    Double stddev,
    double sum,
    double sumSq,
    Long distinctCodes,
    DType narrowestExactDtype,
    boolean onF16Lattice,
    boolean onBf16Lattice,
    Histogram magnitudes) {

  /** Values that are neither NaN nor infinite. */
  public long finite() {
    return elements - nonFinite();
  }

  public long nonFinite() {
    return nan + posInf + negInf;
  }
}
