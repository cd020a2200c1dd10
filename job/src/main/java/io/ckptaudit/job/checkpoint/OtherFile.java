package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;

/** The header of a file that is none of the format its name says. */
public final class OtherFile {
  private OtherFile() {}

  /**
   * Says what the file is instead.
   *
   * @param problems of the file so far
   * @param reference what the reference reader does with it
   */
  public static ShardHeader header(
      FileKind kind, RangeReader file, String name, Problems problems, String reference)
      throws IOException {
    boolean standIn = kind == FileKind.LFS_POINTER || kind == FileKind.EMPTY;
    String label = "it is " + kind.label();
    if (kind == FileKind.LFS_POINTER) {
      label += " " + FileKind.lfsObject(FileKind.prefix(file, 0));
    }
    problems.add(
        Problem.error(
                standIn ? FormatRule.NOT_DOWNLOADED : FormatRule.NOT_A_CHECKPOINT,
                "Cannot audit the file")
            .in(name)
            .at(0)
            .because("%s", label)
            .reference(reference)
            .todo("download the weights from their source"));
    ShardStatus status = standIn ? ShardStatus.NOT_DOWNLOADED : ShardStatus.NOT_A_CHECKPOINT;
    return ShardHeader.unread(status, problems.all());
  }
}
