package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FileKind;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.OtherFile;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.ShardStatus;
import io.ckptaudit.job.container.zip.ZipArchive;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/** Tells by its first bytes what a file is, and has it read or refuses it by name. */
final class TorchScan {
  private static final Set<FileKind> OTHER_FORMATS =
      EnumSet.of(
          FileKind.TAR,
          FileKind.GZIP,
          FileKind.SEVEN_ZIP,
          FileKind.GGUF,
          FileKind.HDF5,
          FileKind.NUMPY,
          FileKind.PARQUET);

  private static final int PROTO = 0x80;

  private final RangeReader file;
  private final String name;
  private final Problems problems;

  TorchScan(RangeReader file, String name) {
    this.file = file;
    this.name = name;
    this.problems = new Problems(name);
  }

  ShardHeader header() throws IOException {
    byte[] prefix = FileKind.prefix(file, 0);
    String text = new String(prefix, StandardCharsets.ISO_8859_1);
    if (text.startsWith("PK\3\4") || text.startsWith("PK\5\6")) {
      return new ZipShard(new TorchFile(file, name, problems)).header();
    }
    if (text.startsWith(TorchFormat.PREVIEW_MAGIC)) {
      return unsupported(name, problems, "the preview format of PyTorch 1.0");
    }
    FileKind kind = FileKind.of(prefix).orElse(null);
    if (kind != null && OTHER_FORMATS.contains(kind)) {
      return unsupported(name, problems, kind.label());
    }
    boolean archiveBehind = ZipArchive.endsLikeOne(file);
    if (archiveBehind) {
      problems.add(
          Problem.error(FormatRule.ZIP_POLYGLOT, "Cannot trust the archive")
              .in(name)
              .at(0)
              .because("other bytes are before it")
              .reference("takes the file for one from before 1.6")
              .todo(TorchReport.DISTRUST));
    }
    if (!text.isEmpty() && text.charAt(0) == PROTO) {
      return new LegacyShard(new TorchFile(file, name, problems)).header();
    }
    if (archiveBehind) {
      return ShardHeader.unread(ShardStatus.DAMAGED, problems.all());
    }
    return kind == null
        ? unknown()
        : OtherFile.header(kind, file, name, problems, "fails on its first opcode");
  }

  private ShardHeader unknown() {
    problems.add(
        Problem.error(FormatRule.NOT_A_CHECKPOINT, "Cannot audit the file")
            .in(name)
            .at(0)
            .because("it begins like no format that is known")
            .reference("fails on its first opcode")
            .todo("download the weights from their source"));
    return ShardHeader.unread(ShardStatus.NOT_A_CHECKPOINT, problems.all());
  }

  static ShardHeader unsupported(String name, Problems problems, String kind) {
    problems.add(
        Problem.error(FormatRule.UNSUPPORTED_FORMAT, "Cannot audit the file")
            .in(name)
            .at(0)
            .because("it is %s", kind)
            .reference("refuses it")
            .todo("convert it to safetensors where it came from"));
    return ShardHeader.unread(ShardStatus.UNSUPPORTED, problems.all());
  }
}
