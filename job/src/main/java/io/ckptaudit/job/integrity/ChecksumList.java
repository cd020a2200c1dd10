package io.ckptaudit.job.integrity;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Severity;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A list of checksums as md5sum, sha256sum and their like write and check it, such as {@code
 * SHA256SUMS} and Meta's {@code checklist.chk}: a line per file, digest and name, or name and
 * digest in the manner of BSD. Comments, empty lines and an OpenPGP signature around the list are
 * passed over. A line that is none of these is a problem, and the others count.
 */
final class ChecksumList {

  /** What the list says of a file. */
  record Line(String file, Promise promise) {}

  private static final Pattern GNU =
      Pattern.compile("(\\\\?)([0-9A-Fa-f]+)(?: [ *]|[ \\t]+)(.+)", Pattern.DOTALL);
  private static final Pattern BSD =
      Pattern.compile("([A-Z0-9]+) ?\\((.+)\\) ?= ?([0-9A-Fa-f]+)", Pattern.DOTALL);
  private static final Pattern BARE = Pattern.compile("[0-9A-Fa-f]+[ \\t]*");
  private static final String SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----";
  private static final String SIGNATURE = "-----BEGIN PGP SIGNATURE-----";

  private final String name;
  private final String only;
  private final Optional<DigestKind> named;
  private final Problems problems;
  private final List<Line> lines = new ArrayList<>();
  private boolean inSignedHeader;
  private boolean ended;

  private ChecksumList(String name, String only, Problems problems) {
    this.name = name;
    this.only = only;
    this.named = DigestKind.namedIn(name);
    this.problems = problems;
  }

  /**
   * @param name of the list, which may say of which kind its digests are
   * @param only the file that a digest without a name is of; null if there must be a name
   */
  static List<Line> read(byte[] content, String name, String only, Problems problems) {
    ChecksumList list = new ChecksumList(name, only, problems);
    int start = 0;
    while (start < content.length && !list.ended) {
      int end = start;
      while (end < content.length && content[end] != '\n') {
        end++;
      }
      int length = end - start;
      list.line(start, ByteBuffer.wrap(content, start, length));
      start = end + 1;
    }
    return list.lines;
  }

  private void line(long at, ByteBuffer bytes) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      malformed(at, "the line is not UTF-8");
      return;
    }
    text = text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    if (text.startsWith(SIGNED)) {
      inSignedHeader = true;
    } else if (text.startsWith(SIGNATURE)) {
      ended = true;
    } else if (text.isBlank()) {
      inSignedHeader = false;
    } else if (!inSignedHeader && !text.startsWith("#")) {
      entry(at, text);
    }
  }

  private void entry(long at, String text) {
    Matcher gnu = GNU.matcher(text);
    if (gnu.matches()) {
      boolean escaped = !gnu.group(1).isEmpty();
      add(at, gnu.group(2), escaped ? unescaped(gnu.group(3)) : gnu.group(3), named);
      return;
    }
    Matcher bsd = BSD.matcher(text);
    if (bsd.matches()) {
      add(at, bsd.group(3), bsd.group(2), DigestKind.namedIn(bsd.group(1)));
    } else if (only != null && BARE.matcher(text).matches()) {
      add(at, text.strip(), only, named);
    } else {
      malformed(at, "the line is no checksum and name of a file");
    }
  }

  private void add(long at, String digest, String file, Optional<DigestKind> said) {
    Optional<DigestKind> kind = DigestKind.ofDigits(digest.length());
    if (kind.isEmpty() || said.isPresent() && said.get() != kind.get()) {
      String why =
          kind.isEmpty() ? "which no checksum has" : "which a " + said.get().label() + " has not";
      malformed(
          at,
          "the checksum of %s has %s digits, %s".formatted(Quoted.of(file), digest.length(), why));
      return;
    }
    String source = Quoted.plain(name) + " at byte " + at;
    String plain = file.startsWith("./") ? file.substring(2) : file;
    lines.add(new Line(plain, new Promise(kind.get(), digest, null, source)));
  }

  /** md5sum writes a backslash before the line and escapes what would break it. */
  private static String unescaped(String file) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < file.length(); i++) {
      char c = file.charAt(i);
      if (c == '\\' && i + 1 < file.length()) {
        char escaped = file.charAt(++i);
        plain.append(escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : escaped);
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }

  private void malformed(long at, String why) {
    if (problems.wants(FormatRule.CHECKSUM_PROMISE, Severity.WARNING)) {
      problems.keep(unusable(name, why, at));
    }
  }

  /** What to say of a promise that cannot be used. */
  static Problem unusable(String name, String why, long at) {
    return Problem.warning(FormatRule.CHECKSUM_PROMISE, "Cannot use a promised checksum")
        .in(name)
        .at(at)
        .because("%s", why)
        .reference("does not check any")
        .todo("get the checksums again from their source");
  }
}
