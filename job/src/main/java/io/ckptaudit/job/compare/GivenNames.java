package io.ckptaudit.job.compare;

import io.ckptaudit.job.checkpoint.Quoted;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which tensors of LEFT are which of RIGHT, as a user says it: for names that no known map
 * connects.
 *
 * @param file where it is said, for messages; null if nothing is
 * @param sha256 of that file, or null
 */
public record GivenNames(String file, String sha256, List<Given> all) implements Serializable {

  public static final GivenNames NONE = new GivenNames(null, null, List.of());

  /**
   * One line: a name each, or patterns in which {@code *} stands for any text without dots, the
   * same on both sides.
   *
   * @param line in the file
   */
  public record Given(String left, String right, int line) implements Serializable {

    /** The name in RIGHT of a tensor of LEFT; null if this line says nothing of it. */
    private String rightOf(Pattern pattern, String name) {
      Matcher matcher = pattern.matcher(name);
      if (!matcher.matches()) {
        return null;
      }
      StringBuilder made = new StringBuilder();
      int group = 0;
      for (char c : right.toCharArray()) {
        made.append(c == '*' ? matcher.group(++group) : String.valueOf(c));
      }
      return made.toString();
    }

    private Pattern pattern() {
      return Pattern.compile(
          "\\Q" + left.replace("\\E", "\\E\\\\E\\Q").replace("*", "\\E([^.]+)\\Q") + "\\E");
    }
  }

  public GivenNames {
    all = List.copyOf(all);
  }

  /**
   * Names in RIGHT by names in LEFT.
   *
   * @throws UnknownTensorException if a line speaks of a tensor that is not there, or two lines of
   *     the same one
   */
  Map<String, String> of(Collection<String> left, Collection<String> right) {
    Map<String, String> found = new HashMap<>();
    Map<String, String> taken = new HashMap<>();
    for (Given given : all) {
      Pattern pattern = given.pattern();
      List<String> names = new ArrayList<>();
      for (String name : left) {
        if (given.rightOf(pattern, name) != null) {
          names.add(name);
        }
      }
      require(!names.isEmpty(), Quoted.of(given.left) + " is no tensor of LEFT", given);
      for (String name : names) {
        String other = given.rightOf(pattern, name);
        require(right.contains(other), Quoted.of(other) + " is no tensor of RIGHT", given);
        require(found.put(name, other) == null, Quoted.of(name) + " has a line already", given);
        require(taken.put(other, name) == null, Quoted.of(other) + " has a line already", given);
      }
    }
    return found;
  }

  private void require(boolean holds, String why, Given given) {
    if (!holds) {
      throw new UnknownTensorException(
          "Cannot use the names: "
              + why
              + " in "
              + Quoted.plain(file)
              + " at line "
              + given.line
              + "; correct the name, or remove the line");
    }
  }
}
