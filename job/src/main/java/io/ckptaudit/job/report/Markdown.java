package io.ckptaudit.job.report;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Text of unknown origin in GitHub's Markdown. It goes into code spans, where nothing is markup, no
 * link, mention or HTML; what could end a span or a cell, turn the direction of writing or not show
 * at all becomes a {@code \\u{..}} escape.
 */
final class Markdown {

  /** Words that mean nothing to Markdown, nor to what looks for links and names in it. */
  private static final Pattern PLAIN =
      Pattern.compile("(?:[A-Za-z0-9 ,;()'^]|(?<=[A-Za-z0-9^])[._/+-](?=[A-Za-z0-9^])|[:.](?= ))+");

  private static final Pattern LINK = Pattern.compile("(?i)www\\.|\\.(?:com|org|net|io)\\b");

  private Markdown() {}

  /** In a code span, cut in the middle to about so many characters. */
  static String code(String text, int most) {
    StringBuilder safe = new StringBuilder("`");
    Characters.visible(Characters.shortened(text, most))
        .codePoints()
        .forEach(codePoint -> append(safe, codePoint));
    if (text.length() > most) {
      safe.append(String.format(Locale.ROOT, " (%,d characters)", text.length()));
    }
    return safe.append(safe.length() == 1 ? " `" : "`").toString();
  }

  /** As it is if it is words only, else in a code span. */
  static String words(String text, int most) {
    boolean plain =
        text.length() <= most && PLAIN.matcher(text).matches() && !LINK.matcher(text).find();
    return plain ? text : code(text, most);
  }

  private static void append(StringBuilder safe, int codePoint) {
    boolean harmless =
        codePoint != '`'
            && codePoint != '|'
            && switch (Character.getDirectionality(codePoint)) {
              case Character.DIRECTIONALITY_RIGHT_TO_LEFT,
                  Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC ->
                  false;
              default -> true;
            };
    if (harmless) {
      safe.appendCodePoint(codePoint);
    } else {
      safe.append(String.format(Locale.ROOT, "\\u{%x}", codePoint));
    }
  }
}
