package io.ckptaudit.job.audit;

import java.io.Serializable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which names of tensors or files are meant: a glob of {@code *} (any characters, dots too) and
 * {@code ?} (one), or a regular expression of the whole name.
 */
public final class NamePattern implements Serializable {

  private static final long serialVersionUID = 1L;

  /** A regular expression can take very long over a long name, and no model has such names. */
  private static final int LONGEST_FOR_REGEX = 1000;

  private final String text;
  private final Pattern regex;

  private NamePattern(String text, Pattern regex) {
    this.text = text;
    this.regex = regex;
  }

  public static NamePattern glob(String glob) {
    return new NamePattern(glob, null);
  }

  /**
   * @throws PatternSyntaxException if it is none
   */
  public static NamePattern regex(String expression) {
    return new NamePattern(expression, Pattern.compile(expression));
  }

  /** Names of more than 1,000 characters match no regular expression. */
  public boolean matches(String name) {
    if (regex != null) {
      return name.length() <= LONGEST_FOR_REGEX && regex.matcher(name).matches();
    }
    return matchesGlob(name);
  }

  /** Goes back to the last star only, so the time is at most the product of the lengths. */
  private boolean matchesGlob(String name) {
    int at = 0;
    int star = -1;
    int afterStar = 0;
    int i = 0;
    while (i < name.length()) {
      if (at < text.length() && text.charAt(at) == '*') {
        star = at++;
        afterStar = i;
      } else if (at < text.length()
          && (text.charAt(at) == '?' || text.charAt(at) == name.charAt(i))) {
        at++;
        i++;
      } else if (star >= 0) {
        at = star + 1;
        i = ++afterStar;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof NamePattern other
        && text.equals(other.text)
        && (regex == null) == (other.regex == null);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** As the policy has it; a regular expression between slashes. */
  @Override
  public String toString() {
    return regex == null ? text : "/" + text + "/";
  }
}
