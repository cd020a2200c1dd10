package io.ckptaudit.job.broken;

import static io.ckptaudit.job.broken.HeaderCases.FOUR;
import static io.ckptaudit.job.broken.HeaderCases.W;
import static io.ckptaudit.job.broken.HeaderCases.w;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_HOLE;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_OVERLAP;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_TRAILING;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_TRUNCATED;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.ckptaudit.job.audit.Rule;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.util.List;

/** Rows S15 to S18 and S22: where the data lies, and what is in it. */
final class LayoutCases {

  private static final int ON_ONE_RANGE = 100_000;
  private static final String HIDDEN =
      "; look at what is hidden there; get the file from its source";
  private static final short[] NOT_FINITE = {
    0x7FC0, 0x7F80, (short) 0xFF80, 0x0001, 0x3F80, (short) 0x8001
  };

  private LayoutCases() {}

  static List<BrokenCase> all() {
    return List.of(
        onOneRange(),
        partialOverlap(),
        hole("s16-first-offset-8", W.replace("[0,4]", "[8,12]"), 12, 63, 71),
        hole(
                "s16-between",
                W + "," + W.replace("\"w\"", "\"v\"").replace("[0,4]", "[6,10]"),
                10,
                120,
                122)
            .audits("v"),
        trailing("s17-zip", "PK\3\4 and more", ", which begin like a ZIP archive"),
        trailing("s17-pdf", "%PDF-1.7", ", which begin like a PDF document"),
        trailing("s17-unknown", "\1", ""),
        truncated(),
        values(),
        truth());
  }

  private static BrokenCase onOneRange() {
    SafetensorsBytes file = w();
    for (int i = 1; i < ON_ONE_RANGE; i++) {
      file.entry("t" + i, "F32", new long[] {1}, 0, 4);
    }
    long data = file.bytes().length - 4;
    return BrokenCase.of("s15-one-range")
        .file(file)
        .repairedFile(w())
        .finds(ST_OVERLAP, data, "InvalidOffset", overlap("t1", data, 0, 4, ON_ONE_RANGE - 2))
        .tensor("t1")
        .audits("w");
  }

  private static String overlap(String tensor, long at, long begin, long end, long more) {
    return "Cannot tell whose bytes they are: tensor '%s' in bad.safetensors at byte %d: its range [%d, %d) overlaps [0, 4) of 'w', as do %d more; only the first of them is audited; do not trust the file; get it from its source"
        .formatted(tensor, at, begin, end, more);
  }

  private static BrokenCase partialOverlap() {
    SafetensorsBytes file =
        w().entry("b", "F32", new long[] {1}, 2, 6).entry("c", "F16", new long[] {1}, 6, 8);
    long data = file.bytes().length - 4;
    return BrokenCase.of("s15-partly")
        .file(file.data(FOUR))
        .repairedFile(w())
        .finds(ST_OVERLAP, data + 2, "InvalidOffset", overlap("b", data + 2, 2, 6, 0))
        .tensor("b")
        .audits("w", "c");
  }

  private static BrokenCase hole(String name, String entries, int data, long begin, long end) {
    return BrokenCase.of(name)
        .file(SafetensorsBytes.file().header("{" + entries + "}").data(new byte[data]))
        .repairedFile(w())
        .finds(
            ST_HOLE,
            begin,
            "InvalidOffset",
            "Cannot account for the bytes in bad.safetensors at byte %d: no tensor covers bytes [%d, %d)%s"
                .formatted(begin, begin, end, HIDDEN))
        .audits("w");
  }

  private static BrokenCase trailing(String name, String appended, String kind) {
    return BrokenCase.of(name)
        .file(w().data(appended.getBytes(ISO_8859_1)))
        .repairedFile(w())
        .finds(
            ST_TRAILING,
            66,
            "MetadataIncompleteBuffer",
            "Cannot account for the end of the file in bad.safetensors at byte 66: %d bytes follow the last tensor%s%s"
                .formatted(appended.length(), kind, HIDDEN))
        .audits("w");
  }

  private static BrokenCase truncated() {
    SafetensorsBytes whole =
        SafetensorsBytes.file()
            .tensor("a", "F32", new long[] {1}, FOUR)
            .tensor("b", "F32", new long[] {1}, FOUR)
            .tensor("c", "F32", new long[] {1}, FOUR);
    int length = whole.bytes().length;
    return BrokenCase.of("s18-truncated")
        .file(whole.bytesWithoutLast(5))
        .repairedFile(whole)
        .finds(
            ST_TRUNCATED,
            length - 5,
            "MetadataIncompleteBuffer",
            "Cannot audit 2 incomplete tensors, first 'b' in bad.safetensors at byte %d: the file should have at least %d bytes and has %d; download the file again; the other tensors are audited"
                .formatted(length - 5, length, length - 5))
        .tensor("b")
        .audits("a");
  }

  private static BrokenCase values() {
    return BrokenCase.of("s22-not-finite")
        .file(SafetensorsBytes.file().tensor("w", "BF16", NOT_FINITE))
        .repairedFile(SafetensorsBytes.file().tensor("w", "BF16", (short) 1, (short) 0x3F80))
        .finds(
            Rule.NON_FINITE,
            64,
            null,
            "3 values not finite (1 NaN, 1 +Inf, 1 -Inf), the first at index 0 in tensor 'w' of bad.safetensors at byte 64; restore the tensor from the original, or find the step that broke it")
        .tensor("w")
        .audits("w")
        .ofValues();
  }

  /** What the format does not say of a byte, the audit does not either: no figures, no finding. */
  private static BrokenCase truth() {
    return BrokenCase.of("s22-truth-of-seven")
        .file(SafetensorsBytes.file().tensor("w", "BOOL", new long[] {2}, new byte[] {7, 1}))
        .exits(0)
        .audits("w");
  }
}
