package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.Target;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** All that a wide counter found, as text by what it is of, so that two of them can be compared. */
final class WideFindings implements WideTally {

  private final Map<String, String> found = new TreeMap<>();
  private final Map<String, Integer> farCasts = new TreeMap<>();

  void put(String key, long value) {
    found.put(key, "" + value);
  }

  String get(String key) {
    return found.get(key);
  }

  Map<String, String> all() {
    Map<String, String> all = new TreeMap<>(found);
    farCasts.forEach((cast, count) -> all.put(cast, "" + count));
    return all;
  }

  void far(Target target, double value, double cast) {
    farCasts.merge("far " + target + " " + value + " → " + cast, 1, Integer::sum);
  }

  @Override
  public void bf16(int[] codes, long[] counts) {
    found.put("bf16", Arrays.toString(codes) + Arrays.toString(counts));
  }

  @Override
  public void nan(long count) {
    put("nan", count);
  }

  @Override
  public void extremes(double smallest, double largest, double nearestZero) {
    found.put("extremes", smallest + " " + largest + " " + nearestZero);
  }

  @Override
  public void values(int binade, boolean negative, long count, BigInteger sum, BigInteger sumSq) {
    found.put("values " + binade + negative, count + " " + sum + " " + sumSq);
  }

  @Override
  public void trailingZeros(int binade, int zeros, long count) {
    put("zeros " + binade + " " + zeros, count);
  }

  @Override
  public void codes(Target target, int[] codes, long[] counts) {
    found.put("codes " + target, Arrays.toString(codes) + Arrays.toString(counts));
  }

  @Override
  public void small(Target target, long underflow, long subnormal) {
    found.put("small " + target, underflow + " " + subnormal);
  }

  @Override
  public void lost(Target target, int binade, long count, BigInteger sum, BigInteger sumSq) {
    found.put("lost " + target + binade, count + " " + sum + " " + sumSq);
  }

  @Override
  public void clipped(Target target, int binade, long count, BigInteger sum, BigInteger sumSq) {
    found.put("clipped " + target + binade, count + " " + sum + " " + sumSq);
  }

  @Override
  public void residuals(
      Target target,
      int binade,
      long[] counts,
      BigInteger sum,
      BigInteger sumSq,
      long largest,
      long shareOf,
      long shareIn) {
    found.put(
        "residuals " + target + binade,
        Arrays.toString(counts)
            + sum
            + " "
            + sumSq
            + " "
            + largest
            + " "
            + shareOf
            + "/"
            + shareIn);
  }
}
