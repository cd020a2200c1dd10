package io.ckptaudit.job.broken;

import static io.ckptaudit.job.broken.HeaderCases.FOUR;
import static io.ckptaudit.job.broken.HeaderCases.w;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_HEADER_ENCODING;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_NAME;

import io.ckptaudit.job.testing.SafetensorsBytes;
import java.util.List;

/** Row S21: names that mean to harm whoever prints or opens them. */
final class NameCases {

  static final int VAST = 60_000;

  private NameCases() {}

  static List<BrokenCase> all() {
    String unprintable = "has control or format characters";
    return List.of(
        name("s21-nul", "a\\u0000b", "a\0b", "'a\\u0000b'", unprintable),
        name("s21-escape", "\\u001b[31mred", "\u001b[31mred", "'\\u001b[31mred'", unprintable),
        name("s21-csi", "\u009b2J", "\u009b2J", "'\\u009b2J'", unprintable),
        name("s21-new-line", "a\\nERROR b", "a\nERROR b", "'a\\u000aERROR b'", unprintable),
        name("s21-right-to-left", "a\u202Egnp.b", "a\u202Egnp.b", "'a\\u202egnp.b'", unprintable),
        name("s21-tag", "a\uDB40\uDC41b", "a\uDB40\uDC41b", "'a\\U000e0041b'", unprintable),
        name("s21-parent", "../x", "../x", "'../x'", "looks like a path"),
        name("s21-inner-parent", "a/../../x", "a/../../x", "'a/../../x'", "looks like a path"),
        name("s21-absolute", "/etc/passwd", "/etc/passwd", "'/etc/passwd'", "looks like a path"),
        name("s21-none", "", "", "''", "is empty"),
        name(
            "s21-vast",
            "n".repeat(VAST),
            "n".repeat(VAST),
            "'" + "n".repeat(120) + "… (60000 characters)'",
            "has 60000 characters"),
        loneSurrogate());
  }

  private static BrokenCase name(
      String name, String json, String tensor, String shown, String oddity) {
    return BrokenCase.of(name)
        .file(SafetensorsBytes.file().tensor(json, "F32", new long[] {1}, FOUR))
        .repairedFile(w())
        .warns(
            ST_NAME,
            9,
            "accepts it",
            "Cannot vouch for the name "
                + shown
                + " in bad.safetensors at byte 9: it "
                + oddity
                + "; never use the name as a path, nor print it unescaped")
        .tensor(tensor)
        .audits(tensor);
  }

  private static BrokenCase loneSurrogate() {
    return BrokenCase.of("s21-lone-surrogate")
        .file(w().tensor("\\ud800", "F32", new long[] {1}, FOUR))
        .repairedFile(w())
        .finds(
            ST_HEADER_ENCODING,
            62,
            "InvalidHeaderDeserialization",
            "Cannot decode the string '\\ud800' in bad.safetensors at byte 62: an escape in it is half of a surrogate pair; download the file again from its source")
        .audits("w");
  }
}
