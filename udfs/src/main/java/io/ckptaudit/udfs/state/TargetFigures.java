package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.Target;

/**
 * What casting the values of states to one target does.
 *
 * <p>Counts are of finite elements, exact: {@code overflow} (result not finite, or clipped by a
 * saturating target), {@code underflow} (non-zero became zero), {@code subnormal} (non-zero result
 * below the target's smallest normal), {@code inexact} (result ≠ value, overflow included), {@code
 * exact} (the rest). Errors are over values whose result is finite; sums are exact inside and
 * rounded once. NaN and ±infinity enter nothing; −0 and +0 are equal. Where nothing has a finite
 * result, maxima and sums are 0 and the means null. The histograms of errors have every value with
 * a finite result: zero row and bins together are the finite values, less the overflows of targets
 * that do not saturate. Counts end at 2^63 − 1, where {@link ArithmeticException} is thrown; sums
 * of squares stay below 2^63 · 2^256, far from the largest double. Source: DESIGN §3.
 *
 * @param maxRelError largest |error| / |value| over non-zero values
 * @param maxUlpError largest |error| in spacings of the target at the value; at most 0.5 but for
 *     clipped values
 * @param maxAbsError largest |error|, rounded once
 * @param rmse √(Σerr² / values with a finite result), rounded once
 * @param sqnrDb 10·log10(Σx² / Σerr²) over the same values; null when every result is exact or
 *     there is none
 */
public record TargetFigures(
    Target target,
    long overflow,
    long underflow,
    long subnormal,
    long inexact,
    long exact,
    double maxAbsError,
    Double meanAbsError,
    double sumAbsError,
    double sumSqError,
    Double rmse,
    double maxRelError,
    double maxUlpError,
    Double sqnrDb,
    Histogram absolute,
    Histogram relative,
    Histogram ulp) {}
