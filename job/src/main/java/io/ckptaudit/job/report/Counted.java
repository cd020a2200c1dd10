package io.ckptaudit.job.report;

import java.util.Locale;

/** Numbers for a table of 80 columns. */
final class Counted {

  private static final long WIDEST = 9_999_999_999L;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Counted() {}

  /** In full up to ten digits, which cover any layer; beyond that with five significant ones. */
  static String of(long count) {
    return Math.abs(count) > WIDEST / 10
        ? String.format(Locale.ROOT, "%.4e", (double) count)
        : String.format(Locale.ROOT, "%,d", count);
  }

  static String of(long count, String noun) {
    return of(count) + " " + noun + (count == 1 ? "" : "s");
  }

  static String bytes(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }

  /** A value with four significant digits. */
  static String real(double value) {
    double magnitude = Math.abs(value);
    boolean plain = value == 0 || magnitude >= 1e-3 && magnitude < 1e6;
    return String.format(Locale.ROOT, plain ? "%.4g" : "%.3e", value);
  }
}
