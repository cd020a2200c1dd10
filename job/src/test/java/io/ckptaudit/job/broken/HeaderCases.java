package io.ckptaudit.job.broken;

import static io.ckptaudit.job.checkpoint.FormatRule.NOT_DOWNLOADED;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_DUPLICATE_KEY;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_HEADER_ENCODING;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_HEADER_JSON;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_HEADER_LENGTH;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_HEADER_SHORT;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_METADATA;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows S1 to S9: the header as a whole, and its metadata. */
final class HeaderCases {

  static final byte[] FOUR = {0, 0, (byte) 0x80, 0x3F};

  /** 52 characters: what follows it in a header stands at byte 62. */
  static final String W = "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";

  private static final String DOWNLOAD = "; download the file again from its source";
  private static final String DESERIALIZATION = "InvalidHeaderDeserialization";

  private HeaderCases() {}

  /** A sound file of one tensor: 62 bytes of header with its length, 4 of data. */
  static SafetensorsBytes w() {
    return SafetensorsBytes.file().rawEntry(W).data(FOUR);
  }

  static List<BrokenCase> all() {
    List<BrokenCase> cases = new ArrayList<>();
    cases.addAll(lengths());
    cases.addAll(encodings());
    cases.addAll(json());
    cases.addAll(whiteSpace());
    cases.addAll(duplicates());
    cases.addAll(metadata());
    return cases;
  }

  private static List<BrokenCase> lengths() {
    return List.of(
        BrokenCase.of("s1-empty")
            .file(new byte[0])
            .repairedFile(w())
            .finds(
                NOT_DOWNLOADED,
                0,
                "HeaderTooSmall",
                "Cannot audit the file in bad.safetensors at byte 0: it is an empty file; download the weights from their source")
            .finds(
                ST_HEADER_SHORT,
                0,
                "HeaderTooSmall",
                "Cannot read the header length in bad.safetensors at byte 0: the file has 0 bytes and the length alone takes 8"
                    + DOWNLOAD),
        BrokenCase.of("s1-seven-bytes")
            .file(new byte[] {1, 2, 3, 4, 5, 6, 7})
            .repairedFile(w())
            .finds(
                ST_HEADER_SHORT,
                0,
                "HeaderTooSmall",
                "Cannot read the header length in bad.safetensors at byte 0: the file has 7 bytes and the length alone takes 8"
                    + DOWNLOAD),
        BrokenCase.of("s2-length-beyond-file")
            .file(w().data(new byte[34]).headerLength(1000))
            .repairedFile(w())
            .finds(
                ST_HEADER_LENGTH,
                0,
                "InvalidHeaderLength",
                "Cannot read the header in bad.safetensors at byte 0: it states 1000 bytes and the file has 100"
                    + DOWNLOAD),
        tooLong("s3-just-beyond-limit", 100_000_001, "100000001"),
        tooLong("s3-sign-bit", Long.MIN_VALUE, "9223372036854775808"),
        tooLong("s3-all-ones", -1, "18446744073709551615"),
        tenMillionTensors());
  }

  private static BrokenCase tooLong(String name, long length, String shown) {
    return BrokenCase.of(name)
        .file(w().headerLength(length))
        .repairedFile(w())
        .finds(ST_HEADER_LENGTH, 0, "HeaderTooLarge", beyondLimit(shown));
  }

  private static String beyondLimit(String shown) {
    return "Cannot read the header in bad.safetensors at byte 0: it states "
        + shown
        + " bytes, beyond the limit of 100000000"
        + DOWNLOAD;
  }

  /**
   * The attack of ten million tensors is refused by its length: what the header is cannot matter.
   */
  private static BrokenCase tenMillionTensors() {
    return BrokenCase.of("s15-ten-million-tensors")
        .folder(
            folder -> {
              BrokenCase.sound().write(folder.resolve("sound.safetensors"));
              vast(folder.resolve(BrokenCase.BAD), 700_000_000L);
            })
        .repairedFile(w())
        .finds(ST_HEADER_LENGTH, 0, "HeaderTooLarge", beyondLimit("700000000"));
  }

  private static void vast(Path path, long header) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header).array());
      file.setLength(8 + header + 8);
    }
  }

  private static List<BrokenCase> encodings() {
    byte[] overlong = ("{\"a__b\":1, " + W + "}").getBytes(UTF_8);
    overlong[3] = (byte) 0xC0;
    overlong[4] = (byte) 0xAF;
    byte[] cut = "{         }é".getBytes(UTF_8);
    byte[] far = ("{\"" + "é".repeat(1 << 20) + "\":{\"dtype\":\"F?\"}}").getBytes(UTF_8);
    far[far.length - 4] = (byte) 0xFF;
    return List.of(
        encoding("s4-overlong", overlong, 11, "byte 0xC0 is not UTF-8", "InvalidHeader"),
        encoding(
            "s4-cut-short",
            Arrays.copyOf(cut, cut.length - 1),
            19,
            "byte 0xC3 is not UTF-8",
            "InvalidHeader"),
        encoding("s4-far-in", far, far.length + 4, "byte 0xFF is not UTF-8", "InvalidHeader"),
        encoding(
            "s4-utf16le",
            ("{" + W + "}").getBytes(UTF_16LE),
            8,
            "it is UTF-16LE, not UTF-8",
            DESERIALIZATION),
        encoding(
            "s4-utf16be",
            ("{" + W + "}").getBytes(UTF_16BE),
            8,
            "it is UTF-16BE, not UTF-8",
            DESERIALIZATION),
        encoding(
            "s4-byte-order-mark",
            ("\uFEFF{" + W + "}").getBytes(UTF_8),
            8,
            "it begins with a byte order mark",
            DESERIALIZATION));
  }

  private static BrokenCase encoding(
      String name, byte[] header, long at, String why, String reference) {
    return BrokenCase.of(name)
        .file(SafetensorsBytes.file().header(header).data(FOUR))
        .repairedFile(w())
        .finds(
            ST_HEADER_ENCODING,
            at,
            reference,
            "Cannot decode the header in bad.safetensors at byte " + at + ": " + why + DOWNLOAD);
  }

  private static List<BrokenCase> json() {
    return List.of(
        json("s5-no-header", "", 8, "it has 0 bytes"),
        json("s5-array", "[]", 8, "it is not an object (line 1, column 1)"),
        json("s5-blank", "    ", 8, "it is blank (line 1, column 1)"),
        json("s5-nan", "{\"a\":NaN}", 13, "Non-standard token \"NaN\" (line 1, column 6)"),
        json(
            "s5-unquoted",
            "{\n\"a\": {w:1}}",
            16,
            "Unexpected character (\"w\" (code 119)): was expecting double-quote to start field name (line 2, column 7)"),
        json(
            "s5-unfinished",
            "{" + W + ",\"a\":{\"shape\":[",
            76,
            "Unexpected end-of-input: expected close marker for Array (line 1, column 69)"),
        json(
            "s5-deep",
            "{\"a\":" + "[".repeat(200) + "]".repeat(200) + "}",
            28,
            "Document nesting depth (17) exceeds the maximum allowed (16) (line 1, column 21)"),
        json(
                "s5-trailing-object",
                "{" + W + "}{}",
                62,
                "something follows its end (line 1, column 55)")
            .audits("w"),
        json(
                "s5-trailing-nuls",
                "{" + W + "}\0\0\0",
                62,
                "Illegal character ((CTRL-CHAR, code 0)): only regular white space (\\\\r, \\\\n, \\\\t) is allowed between tokens (line 1, column 55)")
            .audits("w"));
  }

  private static BrokenCase json(String name, String header, long at, String why) {
    return BrokenCase.of(name)
        .file(SafetensorsBytes.file().header(header).data(FOUR))
        .repairedFile(w())
        .finds(
            ST_HEADER_JSON,
            at,
            DESERIALIZATION,
            "Cannot parse the header in bad.safetensors at byte " + at + ": " + why + DOWNLOAD);
  }

  private static List<BrokenCase> whiteSpace() {
    return List.of(
        BrokenCase.of("s6-leading-space")
            .file(SafetensorsBytes.file().header(" \n{" + W + "}").data(FOUR))
            .notes(
                ST_HEADER_JSON,
                8,
                "accepts it",
                "Cannot find '{' at the start of the header in bad.safetensors at byte 8: white space stands before it; rewrite the file with the safetensors library")
            .audits("w"),
        BrokenCase.of("s6-trailing-space")
            .file(SafetensorsBytes.file().header("{" + W + "}  \t\r\n  ").data(FOUR))
            .exits(0)
            .audits("w"),
        BrokenCase.of("s6-odd-length")
            .file(SafetensorsBytes.file().header("{" + W + "} ").data(FOUR))
            .exits(0)
            .audits("w"));
  }

  private static List<BrokenCase> duplicates() {
    String asIntegers = W.replace("F32", "I32");
    String later = W.replace("[0,4]", "[4,8]");
    String metadata = "\"__metadata__\":{\"k\":\"v\"}";
    return List.of(
        duplicate("s7-other-dtype", "w", 62, 9, "takes the last", W, asIntegers).audits("w"),
        duplicate("s8-other-range", "w", 62, 9, "InvalidOffset", W, later).audits("w"),
        duplicate(
                "s8-metadata-twice", "__metadata__", 34, 9, DESERIALIZATION, metadata, metadata, W)
            .audits("w"),
        duplicate(
                "s8-inside-metadata",
                "k",
                33,
                25,
                "takes the last",
                "\"__metadata__\":{\"k\":\"v\",\"k\":\"w\"}",
                W)
            .audits("w"));
  }

  private static BrokenCase duplicate(
      String name, String key, long at, long earlier, String reference, String... entries) {
    return BrokenCase.of(name)
        .file(
            SafetensorsBytes.file()
                .header("{" + String.join(",", entries) + "}")
                .data(FOUR)
                .data(name.endsWith("other-range") ? FOUR : new byte[0]))
        .repairedFile(w())
        .finds(
            ST_DUPLICATE_KEY,
            at,
            reference,
            "Cannot tell which entry '%s' is meant in bad.safetensors at byte %d: the same key stands at byte %d and at byte %d; do not trust the file; get it from its source"
                .formatted(key, at, earlier, at));
  }

  private static List<BrokenCase> metadata() {
    return List.of(
        metadata("s9-number", "1", 9, "it is not an object"),
        metadata("s9-array", "[]", 9, "it is not an object"),
        metadata("s9-number-inside", "{\"k\":1}", 25, "the value of 'k' is not a string"),
        metadata("s9-nested", "{\"k\":{\"x\":\"y\"}}", 25, "the value of 'k' is not a string"),
        BrokenCase.of("s9-null")
            .file(SafetensorsBytes.file().rawEntry("\"__metadata__\":null").rawEntry(W).data(FOUR))
            .notes(
                ST_METADATA,
                9,
                "accepts it",
                "Cannot read the metadata in bad.safetensors at byte 9: it is null; rewrite the file with the safetensors library")
            .audits("w"));
  }

  private static BrokenCase metadata(String name, String value, long at, String why) {
    return BrokenCase.of(name)
        .file(SafetensorsBytes.file().rawEntry("\"__metadata__\":" + value).rawEntry(W).data(FOUR))
        .repairedFile(w().metadata("k", "v"))
        .finds(
            ST_METADATA,
            at,
            DESERIALIZATION,
            "Cannot read the metadata in bad.safetensors at byte %d: %s; rewrite the file with the safetensors library"
                .formatted(at, why))
        .audits("w");
  }
}
