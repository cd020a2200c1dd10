package io.ckptaudit.job.checkpoint;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of the files of Meta's model-parallel ranks: {@code consolidated.00.pth}, {@code
 * consolidated.01.pth} …; {@code consolidated.pth} is that of a model with one rank.
 */
public final class RankFile {
  private static final Pattern NAME = Pattern.compile("consolidated(?:\\.(\\d{2,3}))?\\.pth");

  private RankFile() {}

  public static boolean isOne(String name) {
    return NAME.matcher(name).matches();
  }

  /** The rank whose file has this name; −1 if the name has no number. */
  public static int rank(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches() && matcher.group(1) != null ? Integer.parseInt(matcher.group(1)) : -1;
  }

  /** The name of the file of a rank. */
  public static String name(int rank) {
    return String.format(Locale.ROOT, "consolidated.%02d.pth", rank);
  }
}
