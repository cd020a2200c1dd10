package io.ckptaudit.job.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** Shell patterns, one part of the path at a time, over {@link Storage#list}. */
final class Glob {
  private static final String SPECIAL = "*?[{\\";

  private Glob() {}

  /**
   * What a pattern matches, sorted, and folders on the way that cannot be listed: whoever looks
   * into those learns why.
   *
   * @param toUri makes a URI of the storage out of the pattern's leading part without wildcards
   */
  static List<FileEntry> expand(Storage storage, String pattern, UnaryOperator<String> toUri)
      throws IOException {
    int first = firstSpecial(pattern);
    int slash = pattern.lastIndexOf('/', first);
    String root = slash < 0 ? "." : slash == 0 ? "/" : pattern.substring(0, slash);
    String trimmed = pattern.substring(slash + 1).replaceAll("/+$", "");
    String[] parts = trimmed.split("/+");
    List<FileEntry> matches = matches(storage, toUri.apply(root), parts[0]);
    List<FileEntry> unlisted = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      List<FileEntry> deeper = new ArrayList<>();
      for (FileEntry match : matches) {
        try {
          deeper.addAll(match.directory() ? matches(storage, match.uri(), parts[i]) : List.of());
        } catch (IOException e) {
          unlisted.add(match);
        }
      }
      matches = deeper;
    }
    return Stream.concat(matches.stream(), unlisted.stream())
        .sorted(Comparator.comparing(FileEntry::uri, CodePointOrder.INSTANCE))
        .toList();
  }

  private static int firstSpecial(String pattern) {
    int first = 0;
    while (first < pattern.length() && SPECIAL.indexOf(pattern.charAt(first)) < 0) {
      first++;
    }
    return first;
  }

  private static List<FileEntry> matches(Storage storage, String directory, String part)
      throws IOException {
    Pattern regex = compile(part);
    List<FileEntry> matches = new ArrayList<>();
    for (FileEntry entry : listOrNothing(storage, directory)) {
      boolean hidden = entry.name().startsWith(".") && !part.startsWith(".");
      if (!hidden && regex.matcher(entry.name()).matches()) {
        matches.add(entry);
      }
    }
    return matches;
  }

  private static Pattern compile(String part) throws IOException {
    try {
      return Pattern.compile(regex(part), Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new IOException(
          "Cannot use the pattern '%s': %s; write * ? [a-z] or {a,b}"
              .formatted(part, e.getDescription()),
          e);
    }
  }

  private static List<FileEntry> listOrNothing(Storage storage, String directory)
      throws IOException {
    try {
      return storage.list(directory);
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }

  /** The pattern as a regular expression; a bracket or brace that is not closed is itself. */
  private static String regex(String part) {
    StringBuilder regex = new StringBuilder();
    int braces = 0;
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (c == '\\' && i + 1 < part.length()) {
        regex.append(Pattern.quote(part.substring(++i, i + 1)));
      } else if (c == '*') {
        regex.append(".*");
      } else if (c == '?') {
        regex.append('.');
      } else if (c == '[' && part.indexOf(']', i + 2) > 0) {
        int end = part.indexOf(']', i + 2);
        regex.append(bracket(part.substring(i + 1, end)));
        i = end;
      } else if (c == '{' && part.indexOf('}', i) > 0) {
        regex.append("(?:");
        braces++;
      } else if (c == ',' && braces > 0) {
        regex.append('|');
      } else if (c == '}' && braces > 0) {
        regex.append(')');
        braces--;
      } else {
        regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return regex.append(")".repeat(braces)).toString();
  }

  private static String bracket(String inside) {
    boolean negated = inside.startsWith("!") || inside.startsWith("^");
    String characters = negated ? inside.substring(1) : inside;
    return (negated ? "[^" : "[") + characters.replaceAll("[\\\\\\[\\]&^]", "\\\\$0") + "]";
  }
}
