package io.ckptaudit.job.broken;

import static io.ckptaudit.job.broken.HeaderCases.w;
import static io.ckptaudit.job.checkpoint.FormatRule.NOT_A_CHECKPOINT;
import static io.ckptaudit.job.checkpoint.FormatRule.NOT_DOWNLOADED;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_HEADER_JSON;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.file.Files;
import java.util.List;

/** Row H1: what stands in place of weights. */
final class StandInCases {

  private StandInCases() {}

  static List<BrokenCase> all() {
    return List.of(
        other("html", "<!DOCTYPE html><html><body>404</body></html>", "an HTML page"),
        other("json", "{\"error\":\"Repository not found\"}", "a JSON document"),
        other(
            "xml",
            "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>",
            "an XML document"),
        other("zip", "PK\3\4" + ".".repeat(30), "a ZIP archive"),
        other("pickle", "\u0080\2}q\0(X\1\0\0\0aq\1K\1u.", "a Python pickle"),
        other("gguf", "GGUF\3\0\0\0\1\0\0\0\1\0\0\0", "a GGUF file"),
        other("gzip", "\u001f\u008b\b\0\0\0\0\0\0\3", "a gzip archive"),
        zeros(),
        unfinished(".incomplete"),
        unfinished(".part"));
  }

  private static BrokenCase other(String name, String content, String kind) {
    return BrokenCase.of("h1-" + name)
        .file(content.getBytes(ISO_8859_1))
        .repairedFile(w())
        .finds(
            NOT_A_CHECKPOINT,
            0,
            name.equals("gzip") ? "InvalidHeaderLength" : "HeaderTooLarge",
            "Cannot audit the file in bad.safetensors at byte 0: it is "
                + kind
                + "; download the weights from their source");
  }

  private static BrokenCase zeros() {
    return BrokenCase.of("h1-zeros")
        .file(new byte[4096])
        .repairedFile(w())
        .finds(
            NOT_A_CHECKPOINT,
            0,
            "InvalidHeaderDeserialization",
            "Cannot audit the file in bad.safetensors at byte 0: it is nothing but zero bytes; download the weights from their source")
        .finds(
            ST_HEADER_JSON,
            8,
            "InvalidHeaderDeserialization",
            "Cannot parse the header in bad.safetensors at byte 8: it has 0 bytes; download the file again from its source");
  }

  private static BrokenCase unfinished(String suffix) {
    String name = BrokenCase.BAD + suffix;
    return BrokenCase.of("h1-download" + suffix.replace('.', '-'))
        .folder(
            folder -> {
              BrokenCase.sound().write(folder.resolve("sound.safetensors"));
              Files.write(folder.resolve(name), new byte[7]);
            })
        .repairedFile(w())
        .findsIn(
            name,
            NOT_DOWNLOADED,
            "ignores it",
            "Cannot audit the shard in "
                + name
                + ": its download did not finish, at 7 bytes; download it from its source");
  }
}
