package io.ckptaudit.job.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ckptaudit.udfs.number.FloatFormat;
import java.util.Locale;

/**
 * The table of number formats: layout, and the figures of {@code torch.finfo} by its names, with
 * the smallest subnormal and where each format overflows. Text has 6 digits, JSON every one.
 */
public final class FormatTable {

  private static final String LAYOUT = "%-11s  %4s  %4s  %8s  %8s  %4s  %10s  %3s  %3s  %2s";
  private static final String LIMITS = "%-11s  %11s  %12s  %12s  %12s  %12s";

  private FormatTable() {}

  /** For a person: lines of at most 80 columns, the last one ended too. */
  public static String text() {
    StringBuilder text = new StringBuilder();
    row(
        text,
        LAYOUT,
        "format",
        "bits",
        "sign",
        "exponent",
        "fraction",
        "bias",
        "resolution",
        "inf",
        "nan",
        "-0");
    for (FloatFormat format : FloatFormat.values()) {
      layout(text, format);
    }
    text.append('\n');
    row(text, LIMITS, "format", "eps", "max", "tiny", "subnormal", "overflow");
    for (FloatFormat format : FloatFormat.values()) {
      limits(text, format);
    }
    return text.append(
            """

            tiny       the smallest normal value, smallest_normal in torch.finfo
            subnormal  the smallest positive value; a cast flushes none of them
            overflow   the smallest magnitude that no longer rounds to max: it gives inf,
                       else nan, else max; > marks a limit that itself still rounds to max
            min        is -max; in F8_E8M0, which has no sign, it is tiny
            """)
        .toString();
  }

  private static void layout(StringBuilder text, FloatFormat format) {
    row(
        text,
        LAYOUT,
        format,
        format.bits(),
        format.isSigned() ? 1 : 0,
        format.exponentBits(),
        format.fractionBits(),
        format.bias(),
        Decimals.brief(format.resolution(), 1, 10),
        format.hasInfinity() ? "yes" : "-",
        format.hasNaN() ? "yes" : "-",
        format.hasNegativeZero() ? "yes" : "-");
  }

  private static void limits(StringBuilder text, FloatFormat format) {
    row(
        text,
        LIMITS,
        format,
        figure(format.epsilon()),
        figure(format.maxFinite()),
        figure(format.smallestNormal()),
        hasSubnormals(format) ? figure(format.smallestPositive()) : "-",
        overflows(format) ? threshold(format) : "-");
  }

  /** Where the limit itself still rounds down, the limit is shown, not the double above it. */
  private static String threshold(FloatFormat format) {
    boolean tieRoundsDown = (format.maxFiniteCode() & 1) == 0;
    double threshold = format.overflowThreshold();
    return tieRoundsDown ? ">" + figure(Math.nextDown(threshold)) : figure(threshold);
  }

  private static String figure(double value) {
    return Decimals.brief(value, 6, 12);
  }

  private static void row(StringBuilder text, String layout, Object... cells) {
    text.append(String.format(Locale.ROOT, layout, cells).stripTrailing()).append('\n');
  }

  private static boolean hasSubnormals(FloatFormat format) {
    return format.smallestPositive() < format.smallestNormal();
  }

  /** Nothing is cast to a block scale, and no double is beyond F64. */
  private static boolean overflows(FloatFormat format) {
    return format.isSigned() && format != FloatFormat.F64;
  }

  /** For a program: an array of one object per format; null where a figure is not defined. */
  public static String json() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (FloatFormat format : FloatFormat.values()) {
      array.add(json(format));
    }
    return array.toPrettyString() + "\n";
  }

  private static ObjectNode json(FloatFormat format) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("format", format.name());
    node.put("bits", format.bits());
    node.put("sign_bits", format.isSigned() ? 1 : 0);
    node.put("exponent_bits", format.exponentBits());
    node.put("fraction_bits", format.fractionBits());
    node.put("bias", format.bias());
    node.put("resolution", format.resolution());
    node.put("eps", format.epsilon());
    node.put("max", format.maxFinite());
    node.put("min", format.isSigned() ? -format.maxFinite() : format.smallestNormal());
    node.put("tiny", format.smallestNormal());
    node.put("smallest_normal", format.smallestNormal());
    node.put("smallest_subnormal", hasSubnormals(format) ? format.smallestPositive() : null);
    node.put("overflow", overflows(format) ? format.overflowThreshold() : null);
    node.put("infinity", format.hasInfinity());
    node.put("nan", format.hasNaN());
    node.put("negative_zero", format.hasNegativeZero());
    return node;
  }
}
