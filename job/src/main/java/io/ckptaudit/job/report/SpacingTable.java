package io.ckptaudit.job.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ckptaudit.udfs.number.FloatFormat;
import java.util.List;
import java.util.Locale;

/**
 * The distance between neighbouring values of the usual formats in each binade from 2^-24 to 2^16:
 * in [2^k, 2^(k+1)) it is constant. Outside the range of a format there is none.
 */
public final class SpacingTable {

  private static final int LOWEST = -24;
  private static final int HIGHEST = 16;
  private static final List<FloatFormat> FORMATS =
      List.of(
          FloatFormat.F32,
          FloatFormat.F16,
          FloatFormat.BF16,
          FloatFormat.F8_E4M3,
          FloatFormat.F8_E5M2);
  private static final String ROW = "%-5s  %-10s  %-11s %-11s %-11s %-11s %s";

  private SpacingTable() {}

  /** For a person: lines of at most 80 columns, the last one ended too. */
  public static String text() {
    StringBuilder text = new StringBuilder();
    row(text, "from", "", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2");
    for (int k = LOWEST; k <= HIGHEST; k++) {
      Object[] cells = new Object[2 + FORMATS.size()];
      cells[0] = "2^" + k;
      cells[1] = Decimals.brief(Math.scalb(1.0, k), 5, 10);
      for (int i = 0; i < FORMATS.size(); i++) {
        cells[2 + i] = cell(FORMATS.get(i), k);
      }
      row(text, cells);
    }
    return text.append(
            """

            An update below half the spacing is lost: weight + update rounds to weight.
            From a power of two towards zero the limit is a quarter. A tie goes to even.
            * subnormal values; - outside the format's range
            """)
        .toString();
  }

  private static String cell(FloatFormat format, int k) {
    if (!holds(format, k)) {
      return "-";
    }
    return Decimals.brief(format.spacing(Math.scalb(1.0, k)), 5, 10)
        + (isSubnormal(format, k) ? "*" : "");
  }

  private static boolean holds(FloatFormat format, int k) {
    double start = Math.scalb(1.0, k);
    return start >= format.smallestPositive() && start <= format.maxFinite();
  }

  private static boolean isSubnormal(FloatFormat format, int k) {
    return k < format.minExponent();
  }

  private static void row(StringBuilder text, Object... cells) {
    text.append(String.format(Locale.ROOT, ROW, cells).stripTrailing()).append('\n');
  }

  /** For a program: an array of one object per binade; null outside the range of a format. */
  public static String json() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (int k = LOWEST; k <= HIGHEST; k++) {
      ObjectNode node = array.addObject();
      node.put("binade", k);
      node.put("lower", Math.scalb(1.0, k));
      ObjectNode spacing = node.putObject("spacing");
      for (FloatFormat format : FORMATS) {
        Double value = holds(format, k) ? format.spacing(Math.scalb(1.0, k)) : null;
        spacing.put(format.name(), value);
      }
    }
    return array.toPrettyString() + "\n";
  }
}
