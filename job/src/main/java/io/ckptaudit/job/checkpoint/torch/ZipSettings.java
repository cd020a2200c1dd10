package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.container.zip.ZipContent;
import io.ckptaudit.job.container.zip.ZipMember;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The small members that say how to read the large ones. */
final class ZipSettings {
  private static final int LONGEST = 64;

  private final TorchFile file;
  private final ZipLayout layout;

  ZipSettings(TorchFile file, ZipLayout layout) {
    this.file = file;
    this.layout = layout;
  }

  void verifyVersion() throws IOException {
    Optional<ZipMember> member = layout.member(TorchFormat.VERSION);
    String text = member.isEmpty() ? null : text(member.get());
    boolean known =
        text != null
            && text.strip().matches("[0-9]{1,3}")
            && Integer.parseInt(text.strip()) <= TorchFormat.LATEST_VERSION;
    if (!known) {
      Problem.Sentence sentence =
          file.report().error(FormatRule.PT_VERSION, "Cannot be sure of the version of the file");
      member.ifPresent(found -> sentence.at(Math.max(0, found.dataOffset())));
      String why =
          text == null
              ? "it has none that can be read"
              : "it is "
                  + Quoted.of(text)
                  + " and at most "
                  + TorchFormat.LATEST_VERSION
                  + " is known";
      file.report().add(sentence.because("%s", why).reference("fails").todo(TorchReport.RESAVE));
    }
  }

  boolean isBigEndian() throws IOException {
    Optional<ZipMember> member = layout.member(TorchFormat.BYTE_ORDER);
    String text = member.isEmpty() ? "little" : text(member.get());
    if ("big".equals(text)) {
      file.noteBigEndian(member.get().dataOffset());
      return true;
    }
    if (!"little".equals(text)) {
      TorchReport report = file.report();
      report.add(
          report
              .error(FormatRule.PT_BYTEORDER, "Cannot be sure of the byte order")
              .at(Math.max(0, member.get().dataOffset()))
              .because(
                  "it is %s; little-endian is assumed",
                  text == null ? "unreadable" : Quoted.of(text))
              .reference("fails")
              .todo(TorchReport.RESAVE));
    }
    return false;
  }

  /** Null if it is too long, or not to be read. */
  private String text(ZipMember member) throws IOException {
    if (!member.isReadable() || member.bytes() > LONGEST) {
      return null;
    }
    Optional<ZipContent.Range> range = ZipContent.of(file.bytes(), member, LONGEST);
    if (range.isEmpty()) {
      return null;
    }
    int bytes = (int) (range.get().end() - range.get().start());
    ByteBuffer content = ByteBuffer.allocate(bytes);
    range.get().file().readFully(range.get().start(), content);
    return new String(content.array(), StandardCharsets.ISO_8859_1);
  }
}
