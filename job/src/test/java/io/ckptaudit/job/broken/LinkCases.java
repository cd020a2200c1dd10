package io.ckptaudit.job.broken;

import static io.ckptaudit.job.checkpoint.FormatRule.IO_NOT_REGULAR;
import static io.ckptaudit.job.checkpoint.FormatRule.IO_SYMLINK;

import io.ckptaudit.job.testing.NamedPipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Row H3: links and what is no file, none of which is followed out or ever blocks. */
final class LinkCases {

  private static final String OPEN = "Cannot open the shard in bad.safetensors: it is ";
  private static final String RESTORE = "; restore what it should lead to";

  private LinkCases() {}

  /** Makes what stands in place of a file. */
  private interface Entry {
    void make(Path file) throws IOException;
  }

  static List<BrokenCase> all() {
    return List.of(
        entry(
                "loop",
                file -> {
                  Path other = file.resolveSibling("other");
                  Files.createSymbolicLink(file, Path.of("other"));
                  Files.createSymbolicLink(other, file.getFileName());
                })
            .findsIn(
                BrokenCase.BAD,
                IO_SYMLINK,
                null,
                OPEN + "a link that leads nowhere or in a circle" + RESTORE),
        entry("dangling", file -> Files.createSymbolicLink(file, Path.of("nowhere")))
            .findsIn(
                BrokenCase.BAD,
                IO_SYMLINK,
                null,
                OPEN + "a link that leads nowhere or in a circle" + RESTORE),
        out("out", IndexCases.SECRET),
        out("device", Path.of("/dev/zero")),
        entry("fifo", NamedPipe::make)
            .findsIn(
                BrokenCase.BAD,
                IO_NOT_REGULAR,
                null,
                OPEN
                    + "a FIFO, a device or a broken link, not a file; remove it, or put the file there"),
        entry("folder", Files::createDirectory)
            .findsIn(
                BrokenCase.BAD,
                IO_NOT_REGULAR,
                null,
                OPEN + "a folder, not a file; remove it, or put the file there"));
  }

  private static BrokenCase entry(String name, Entry entry) {
    return BrokenCase.of("h3-" + name)
        .folder(
            folder -> {
              entry.make(folder.resolve(BrokenCase.BAD));
              BrokenCase.sound().write(folder.resolve("sound.safetensors"));
            })
        .repairedFile(HeaderCases.w())
        .exits(12);
  }

  private static BrokenCase out(String name, Path target) {
    return entry(name, file -> Files.createSymbolicLink(file, target))
        .findsIn(
            BrokenCase.BAD,
            IO_SYMLINK,
            null,
            OPEN
                + "a link that leads out of the checkpoint; put the file itself there, or name the file it leads to");
  }
}
