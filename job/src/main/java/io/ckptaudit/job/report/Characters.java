package io.ckptaudit.job.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Text from a checkpoint, made harmless to a terminal and fit to its width. */
final class Characters {

  private Characters() {}

  /** Control, format and other invisible characters as {@code \\u} escapes. */
  static String visible(String text) {
    StringBuilder visible = new StringBuilder();
    text.codePoints().forEach(codePoint -> append(visible, codePoint));
    return visible.toString();
  }

  private static void append(StringBuilder visible, int codePoint) {
    boolean harmless =
        switch (Character.getType(codePoint)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
              false;
          default -> true;
        };
    if (harmless) {
      visible.appendCodePoint(codePoint);
    } else {
      visible.append(String.format(Locale.ROOT, "\\u{%x}", codePoint));
    }
  }

  /** At most a number of characters, with the middle left out. */
  static String shortened(String text, int width) {
    if (text.length() <= width) {
      return text;
    }
    int head = (width - 3) / 2;
    int tail = width - 3 - head;
    return text.substring(0, head) + "..." + text.substring(text.length() - tail);
  }

  /** Lines of at most a width; the second and later ones are indented. */
  static List<String> wrap(String sentence, int width, String indent) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : sentence.split(" ", -1)) {
      String rest = word;
      if (line.length() + 1 + rest.length() > width && line.toString().strip().length() > 0) {
        lines.add(line.toString());
        line = new StringBuilder(indent);
      } else if (line.length() > 0 && !line.toString().equals(indent)) {
        line.append(' ');
      }
      while (line.length() + rest.length() > width) {
        int fits = width - line.length();
        lines.add(line + rest.substring(0, fits));
        rest = rest.substring(fits);
        line = new StringBuilder(indent);
      }
      line.append(rest);
    }
    lines.add(line.toString());
    return lines;
  }
}
