package io.ckptaudit.job.checkpoint;

import java.util.HexFormat;

/**
 * Text of unknown origin made safe to print: control, format and private characters, lone
 * surrogates and quotes become escapes, and what is long is cut.
 */
public final class Quoted {
  private static final int LONGEST = 120;

  private Quoted() {}

  /** In single quotes. */
  public static String of(String text) {
    return "'" + plain(text) + "'";
  }

  /** Without quotes around it. */
  public static String plain(String text) {
    StringBuilder safe = new StringBuilder(Math.min(text.length(), LONGEST) + 16);
    int i = 0;
    while (i < text.length() && safe.length() < LONGEST) {
      int codePoint = text.codePointAt(i);
      append(safe, codePoint);
      i += Character.charCount(codePoint);
    }
    if (i < text.length()) {
      safe.append("… (").append(text.length()).append(" characters)");
    }
    return safe.toString();
  }

  /** All of it, lines kept apart, with nothing escaped but what does not print. */
  public static String whole(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            codePoint -> {
              if (codePoint == '\n' || !isUnprintable(codePoint)) {
                safe.appendCodePoint(codePoint);
              } else {
                append(safe, codePoint);
              }
            });
    return safe.toString();
  }

  /** Whether text shows as it is: no control or format character, no lone surrogate. */
  public static boolean isPrintable(String text) {
    int codePoint;
    for (int i = 0; i < text.length(); i += Character.charCount(codePoint)) {
      codePoint = text.codePointAt(i);
      if (isUnprintable(codePoint)) {
        return false;
      }
    }
    return true;
  }

  private static void append(StringBuilder safe, int codePoint) {
    if (codePoint == '\'' || codePoint == '\\') {
      safe.append('\\').append((char) codePoint);
    } else if (isUnprintable(codePoint)) {
      String digits = HexFormat.of().toHexDigits(codePoint);
      safe.append(codePoint < 0x10000 ? "\\u" + digits.substring(4) : "\\U" + digits);
    } else {
      safe.appendCodePoint(codePoint);
    }
  }

  private static boolean isUnprintable(int codePoint) {
    if (codePoint >= ' ' && codePoint <= '~') {
      return false;
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
