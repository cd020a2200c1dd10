package io.ckptaudit.job.broken;

import static io.ckptaudit.job.broken.BrokenCase.SOUND;
import static io.ckptaudit.job.broken.HeaderCases.FOUR;
import static io.ckptaudit.job.checkpoint.FormatRule.IX_GAP;
import static io.ckptaudit.job.checkpoint.FormatRule.IX_JSON;
import static io.ckptaudit.job.checkpoint.FormatRule.IX_MISMATCH;
import static io.ckptaudit.job.checkpoint.FormatRule.IX_MISSING_SHARD;
import static io.ckptaudit.job.checkpoint.FormatRule.IX_ORPHAN;
import static io.ckptaudit.job.checkpoint.FormatRule.IX_PATH_ESCAPE;
import static io.ckptaudit.job.checkpoint.FormatRule.IX_TOTAL_SIZE;
import static io.ckptaudit.job.checkpoint.FormatRule.NOT_DOWNLOADED;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_HEADER_SHORT;

import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Rows I1 to I5: an index over two files, one of which always is a.safetensors and sound. */
final class IndexCases {

  static final String INDEX = "model.safetensors.index.json";

  /** Where a secret lies that no case may open: beside the folders of all cases. */
  static final Path SECRET = Path.of("../../secret/secret.safetensors");

  /** The byte at which the index names the file of the second tensor. */
  private static final long AT_B = 79;

  private static final String A = "a.safetensors";
  private static final String B = "b.safetensors";
  private static final String AGAIN = "; download the index and the shards again from one revision";
  private static final String INDEX_AGAIN = "; download the index again from its source";

  private IndexCases() {}

  static List<BrokenCase> all() {
    List<BrokenCase> cases = new ArrayList<>();
    cases.addAll(escapes());
    cases.addAll(missing());
    cases.addAll(sets());
    cases.addAll(mismatches());
    cases.addAll(unusable());
    return cases;
  }

  /** Names and files in turn. */
  private static String index(long totalSize, String... tensorsAndFiles) {
    StringBuilder map = new StringBuilder();
    for (int i = 0; i < tensorsAndFiles.length; i += 2) {
      map.append(map.isEmpty() ? "" : ",")
          .append("\"%s\":\"%s\"".formatted(tensorsAndFiles[i], tensorsAndFiles[i + 1]));
    }
    return "{\"metadata\":{\"total_size\":%s},\"weight_map\":{%s}}".formatted(totalSize, map);
  }

  private static void shard(Path folder, String name, String... tensors) {
    SafetensorsBytes file = SafetensorsBytes.file();
    for (String tensor : tensors) {
      file.tensor(tensor, "F32", new long[] {1}, FOUR);
    }
    file.write(folder.resolve(name));
  }

  private static BrokenCase.Content files(String index, String... tensorsOfB) {
    return folder -> {
      BrokenCase.sound().write(folder.resolve(A));
      if (tensorsOfB.length > 0) {
        shard(folder, B, tensorsOfB);
      }
      Files.writeString(folder.resolve(INDEX), index);
    };
  }

  private static BrokenCase.Content whole() {
    return files(index(12, SOUND, A, "b", B), "b");
  }

  private static List<BrokenCase> escapes() {
    String part = "it has an empty, '.' or '..' part";
    return List.of(
        escape("parent", "../../etc/passwd", part),
        escape("secret", SECRET.toString(), part),
        escape("inner-parent", "x/../../" + SECRET, part),
        escape("absolute", "/etc/passwd", "it is absolute"),
        escape("other-store", "s3a://other/b.safetensors", "it is absolute"),
        escape("file-uri", "file:///etc/passwd", "it is absolute"),
        escape("encoded-slash", "..%2f..%2fetc%2fpasswd", "it has an encoded slash or dot"),
        escape("encoded-dots", "%2e%2e/secret.safetensors", "it has an encoded slash or dot"),
        escape("backslash", "..\\\\b.safetensors", "it has a backslash or NUL"),
        escape("nul", "b.safetensors\\u0000.txt", "it has a backslash or NUL"),
        escape("none", "", "it is empty"),
        BrokenCase.of("i1-link-out")
            .folder(
                folder -> {
                  files(index(12, SOUND, A, "b", B)).write(folder);
                  Files.createSymbolicLink(folder.resolve(B), SECRET);
                })
            .repairedFolder(whole())
            .findsIn(
                INDEX,
                AT_B,
                IX_PATH_ESCAPE,
                "opens it",
                "Refused to open the shard 'b.safetensors' in model.safetensors.index.json at byte 79: it is a link that leads out of the checkpoint; do not use this checkpoint; get the index from its source"));
  }

  private static BrokenCase escape(String name, String file, String why) {
    String shown = file.replace("\\u0000", "\0").replace("\\\\", "\\");
    return BrokenCase.of("i1-" + name)
        .folder(files(index(12, SOUND, A, "b", file)))
        .repairedFolder(whole())
        .findsIn(
            INDEX,
            AT_B,
            IX_PATH_ESCAPE,
            "opens it",
            "Refused to open the shard %s in %s at byte 79: %s; do not use this checkpoint; get the index from its source"
                .formatted(io.ckptaudit.job.checkpoint.Quoted.of(shown), INDEX, why));
  }

  private static List<BrokenCase> missing() {
    String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:77aa\nsize 12\n";
    return List.of(
        BrokenCase.of("i2-missing")
            .folder(files(index(12, SOUND, A, "b", B)))
            .repairedFolder(whole())
            .findsIn(
                INDEX,
                AT_B,
                IX_MISSING_SHARD,
                "fails",
                "Cannot audit the shard 'b.safetensors' in model.safetensors.index.json at byte 79: the index names it and the folder does not have it; download it from its source"),
        standIn("i2-empty", new byte[0])
            .finds(
                NOT_DOWNLOADED,
                0,
                "HeaderTooSmall",
                "Cannot audit the file in b.safetensors at byte 0: it is an empty file; download the weights from their source")
            .in(B)
            .finds(
                ST_HEADER_SHORT,
                0,
                "HeaderTooSmall",
                "Cannot read the header length in b.safetensors at byte 0: the file has 0 bytes and the length alone takes 8; download the file again from its source")
            .in(B),
        standIn("i2-pointer", pointer.getBytes(java.nio.charset.StandardCharsets.US_ASCII))
            .finds(
                NOT_DOWNLOADED,
                0,
                "HeaderTooLarge",
                "Cannot audit the file in b.safetensors at byte 0: it is a Git LFS pointer for sha256:77aa of 12 bytes; download the weights from their source")
            .in(B));
  }

  private static BrokenCase standIn(String name, byte[] bytes) {
    return BrokenCase.of(name)
        .folder(
            folder -> {
              files(index(12, SOUND, A, "b", B)).write(folder);
              Files.write(folder.resolve(B), bytes);
            })
        .repairedFolder(whole());
  }

  private static List<BrokenCase> sets() {
    return List.of(
        BrokenCase.of("i3-orphan")
            .folder(
                folder -> {
                  whole().write(folder);
                  shard(folder, "extra.safetensors", "c");
                })
            .repairedFolder(whole())
            .findsIn(
                "extra.safetensors",
                IX_ORPHAN,
                "ignores it",
                "Cannot tell what the shard belongs to in extra.safetensors: the index does not name it; remove it, or download the index that names it")
            .audits("b", "c"),
        gap("i3-gap", "of 5, 1, 3, 4, 5 are missing", "m-00002-of-00005"),
        gap("i3-zero", "of 2, 1 is missing", "m-00000-of-00002"),
        gap(
            "i3-beyond",
            "of 2, 7 is beyond the last",
            "m-00001-of-00002",
            "m-00002-of-00002",
            "m-00007-of-00002"),
        gap(
            "i3-counts-disagree",
            "their names disagree on how many there are: [1, 2]",
            "m-00001-of-00001",
            "m-00001-of-00002",
            "m-00002-of-00002"));
  }

  private static BrokenCase gap(String name, String why, String... shards) {
    return BrokenCase.of(name)
        .folder(folder -> numbered(folder, shards))
        .repairedFolder(folder -> numbered(folder, "m-00001-of-00002", "m-00002-of-00002"))
        .findsIn(
            null,
            IX_GAP,
            "ignores it",
            "Cannot audit the whole set of shards 'm-*.safetensors': "
                + why
                + "; download the missing files, or remove those of another upload")
        .audits(shards);
  }

  private static void numbered(Path folder, String... shards) {
    BrokenCase.sound().write(folder.resolve("sound.safetensors"));
    for (String name : shards) {
      shard(folder, name + ".safetensors", name);
    }
  }

  private static List<BrokenCase> mismatches() {
    String unmatched = "Cannot match the tensor with the index ";
    return List.of(
        BrokenCase.of("i4-not-in-shard")
            .folder(files(index(16, SOUND, A, "b", B, "gone", B), "b"))
            .repairedFolder(whole())
            .findsIn(
                B,
                IX_MISMATCH,
                "fails, or leaves the weight untrained",
                "Cannot find the tensor 'gone' in b.safetensors: the index places it there" + AGAIN)
            .tensor("gone")
            .audits("b"),
        BrokenCase.of("i4-not-in-index")
            .folder(files(index(12, SOUND, A, "b", B), "b", "extra"))
            .repairedFolder(whole())
            .findsIn(
                B,
                123,
                IX_MISMATCH,
                "never loads it",
                unmatched
                    + "'extra' in b.safetensors at byte 123: the index does not name it"
                    + AGAIN)
            .tensor("extra")
            .audits("b", "extra"),
        BrokenCase.of("i4-in-the-other-shard")
            .folder(files(index(12, SOUND, A, "b", A), "b"))
            .repairedFolder(whole())
            .findsIn(
                B,
                IX_ORPHAN,
                "ignores it",
                "Cannot tell what the shard belongs to in b.safetensors: the index does not name it; remove it, or download the index that names it")
            .findsIn(
                B,
                62,
                IX_MISMATCH,
                "never loads it",
                unmatched
                    + "'b' in b.safetensors at byte 62: the index places it in 'a.safetensors'"
                    + AGAIN)
            .tensor("b")
            .audits("b"),
        BrokenCase.of("i4-in-two-shards")
            .folder(files(index(12, SOUND, A, "b", B), "b", SOUND))
            .repairedFolder(whole())
            .findsIn(
                B,
                130,
                IX_MISMATCH,
                "takes the one of the index, or the last it loads",
                "Cannot tell which is the tensor 'sound.weight' in b.safetensors at byte 130: a.safetensors has it too; the one in a.safetensors is audited"
                    + AGAIN)
            .tensor(SOUND)
            .audits("b"),
        manyGone());
  }

  /** Each name is listed up to a hundred of them, and the rest counted. */
  private static BrokenCase manyGone() {
    List<String> map = new ArrayList<>(List.of(SOUND, A, "b", B));
    BrokenCase many = BrokenCase.of("i4-many");
    for (int i = 1000; i < 1150; i++) {
      map.addAll(List.of("t" + i, B));
      if (i < 1100) {
        many.findsIn(
                B,
                IX_MISMATCH,
                "fails, or leaves the weight untrained",
                "Cannot find the tensor 't"
                    + i
                    + "' in b.safetensors: the index places it there"
                    + AGAIN)
            .tensor("t" + i);
      }
    }
    return many.folder(files(index(12, map.toArray(String[]::new)), "b"))
        .repairedFolder(whole())
        .findsIn(
            null,
            IX_MISMATCH,
            null,
            "Cannot list every IX_MISMATCH: 50 more; look at the first 100 of them, and at the other tables for the rest")
        .audits("b");
  }

  private static List<BrokenCase> unusable() {
    return List.of(
        BrokenCase.of("i5-total-size")
            .folder(files(index(13, SOUND, A, "b", B), "b"))
            .repairedFolder(whole())
            .warnsIn(
                INDEX,
                26,
                IX_TOTAL_SIZE,
                "ignores it",
                "Cannot confirm the total size in model.safetensors.index.json at byte 26: it states 13 bytes and the tensors have 12; download the index again, or rewrite total_size")
            .audits("b"),
        BrokenCase.of("i5-total-size-beyond-numbers")
            .folder(files(index(12, SOUND, A, "b", B).replace(":12}", ":1e99999999999}"), "b"))
            .exits(0)
            .audits("b"),
        unusable(
            "i5-not-json",
            "<html>",
            0,
            "Unexpected character (\"<\" (code 60)): expected a valid value (line 1, column 1)"),
        unusable("i5-array", "[]", 0, "it is not a JSON object"),
        unusable("i5-no-map", "{}", 1, "it has no 'weight_map'"),
        unusable(
            "i5-key-twice",
            "{\"weight_map\":{\"b\":\"b.safetensors\",\"b\":\"a.safetensors\"}}",
            35,
            "it names the tensor 'b' twice"),
        unusable(
            "i5-map-twice",
            "{\"weight_map\":{},\"weight_map\":{}}",
            17,
            "it has 'weight_map' twice"),
        unusable(
            "i5-file-number",
            "{\"weight_map\":{\"a\":1}}",
            19,
            "the file of tensor 'a' is not a string"),
        unusable(
            "i5-unfinished",
            "{\"weight_map\":{\"a\":\"b.saf",
            25,
            "Unexpected end-of-input: was expecting closing quote for a string value (line 1, column 26)"),
        unusable("i5-trailing", "{\"weight_map\":{}} {}", 18, "something follows its end"),
        unusable(
            "i5-byte-order-mark",
            "\uFEFF{\"weight_map\":{}}",
            0,
            "it begins with a byte order mark"),
        unusable(
            "i5-deep",
            "{\"x\":" + "[".repeat(200),
            20,
            "Document nesting depth (17) exceeds the maximum allowed (16) (line 1, column 21)"),
        BrokenCase.of("i5-vast")
            .folder(
                folder -> {
                  files("", "b").write(folder);
                  vast(folder.resolve(INDEX));
                })
            .repairedFolder(whole())
            .findsIn(
                INDEX,
                IX_JSON,
                "fails, or keeps the last of two keys",
                "Cannot use the index in model.safetensors.index.json: it has 209715200 bytes, and at most 67108864 are read"
                    + INDEX_AGAIN)
            .audits("b"));
  }

  private static void vast(Path index) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(index.toFile(), "rw")) {
      file.setLength(200L << 20);
    }
  }

  private static BrokenCase unusable(String name, String json, long at, String why) {
    return BrokenCase.of(name)
        .folder(files(json, "b"))
        .repairedFolder(whole())
        .finds(
            IX_JSON,
            at,
            "fails, or keeps the last of two keys",
            "Cannot use the index in model.safetensors.index.json at byte %d: %s%s"
                .formatted(at, why, INDEX_AGAIN))
        .in(INDEX)
        .audits("b");
  }
}
