package io.ckptaudit.job.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers for a table of 80 columns. */
final class Counted {

  private static final long WIDEST = 999_999_999L;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Counted() {}

  /** In full up to nine digits; beyond that with five significant ones. */
  static String of(long count) {
    return Math.abs(count) > WIDEST
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

  /** A share, with the digits that matter; empty of nothing. */
  static String percent(long part, long whole) {
    if (part == 0 || whole == 0) {
      return "";
    }
    double percent = 100.0 * part / whole;
    return percent < 0.01 ? "<0.01%" : String.format(Locale.ROOT, "%.2f%%", percent);
  }

  /** A value with six significant digits: five are needed to tell 65504 from 65520. */
  static String real(double value) {
    double magnitude = Math.abs(value);
    if (value != 0 && (magnitude < 1e-3 || magnitude >= 1e6)) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    return new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros().toPlainString();
  }
}
