package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code checklist.chk}, as {@code md5sum} writes it: on each line an MD5 in hex, two spaces (or a
 * space and an asterisk) and the name of a file.
 *
 * @param lines that could be read, in order; no file twice
 */
public record Checklist(List<Line> lines) {
  public static final String NAME = "checklist.chk";

  private static final int LONGEST = 1 << 20;
  private static final Pattern LINE = Pattern.compile("([0-9a-fA-F]{32}) [ *](.+)");
  private static final String TODO = "download it again from its source";

  /**
   * What is promised of one file.
   *
   * @param file a plain relative name that leads nowhere out; whether it is there is not known
   * @param md5 32 small hex digits
   * @param byteOffset where the line begins
   */
  public record Line(String file, String md5, long byteOffset) {}

  public Checklist {
    lines = List.copyOf(lines);
  }

  /** What it promises; a line that promises nothing is a problem. Empty if it is too long. */
  public static Optional<Checklist> read(RangeReader file, String name, Problems problems)
      throws IOException {
    if (file.length() > LONGEST) {
      problems.add(
          Problem.warning(FormatRule.SET_CHECKLIST, "Cannot use the checklist")
              .in(name)
              .because("it has %d bytes, and at most %d are read", file.length(), LONGEST)
              .reference("reads it")
              .todo(TODO));
      return Optional.empty();
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) file.length());
    file.readFully(0, bytes);
    return Optional.of(new Parse(bytes.array(), name, problems).checklist());
  }

  private static final class Parse {
    private final byte[] bytes;
    private final String name;
    private final Problems problems;
    private final List<Line> lines = new ArrayList<>();
    private final Set<String> files = new HashSet<>();

    Parse(byte[] bytes, String name, Problems problems) {
      this.bytes = bytes;
      this.name = name;
      this.problems = problems;
    }

    Checklist checklist() {
      for (int start = 0; start < bytes.length; ) {
        int end = start;
        while (end < bytes.length && bytes[end] != '\n') {
          end++;
        }
        line(start, end);
        start = end + 1;
      }
      return new Checklist(lines);
    }

    private void line(int start, int end) {
      String text;
      try {
        ByteBuffer line = ByteBuffer.wrap(bytes, start, end - start);
        text = StandardCharsets.UTF_8.newDecoder().decode(line).toString();
      } catch (CharacterCodingException e) {
        unusable(start, "it is not UTF-8");
        return;
      }
      Matcher matcher = LINE.matcher(text);
      if (!matcher.matches()) {
        unusable(start, Quoted.of(text) + " is not an MD5 in hex, two spaces and a name");
        return;
      }
      String file = matcher.group(2);
      Optional<String> escape = CheckpointFolder.escape(file);
      if (escape.isPresent() || !Quoted.isPrintable(file)) {
        String why = escape.orElse("it has characters that do not print");
        unusable(start, "of the name " + Quoted.of(file) + ", " + why);
      } else if (!files.add(file)) {
        unusable(start, "it names " + Quoted.of(file) + " again; the first line is used");
      } else {
        lines.add(new Line(file, matcher.group(1).toLowerCase(Locale.ROOT), start));
      }
    }

    private void unusable(long at, String why) {
      problems.add(
          Problem.warning(FormatRule.SET_CHECKLIST, "Cannot use a line of the checklist")
              .in(name)
              .at(at)
              .because("%s", why)
              .reference("ignores it, or fails")
              .todo(TODO));
    }
  }
}
