package io.ckptaudit.job.pipeline;

import static io.ckptaudit.job.testing.PickleBytes.pickle;
import static io.ckptaudit.job.testing.PickleBytes.withoutProtocol;
import static io.ckptaudit.job.testing.TorchBytes.dict;
import static io.ckptaudit.job.testing.TorchBytes.floats;
import static io.ckptaudit.job.testing.TorchBytes.legacy;
import static io.ckptaudit.job.testing.TorchBytes.legacyTensor;
import static io.ckptaudit.job.testing.TorchBytes.zip;

import io.ckptaudit.job.testing.PickleBytes;
import io.ckptaudit.job.testing.TorchBytes;
import io.ckptaudit.job.testing.ZipBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Rows T1 to T26 and L1: what a PyTorch file can have wrong with it, and the same file repaired.
 */
final class TorchCases {

  static final byte[] W = floats(4);
  static final byte[] SOUND_PICKLE = dict(TorchCases::w);
  static final byte[] SOUND = zip(SOUND_PICKLE, W).bytes();
  static final byte[] LEGACY = legacyOf("119547037146038801333356", 1001, "0", 4);

  /**
   * @param row of the test plan, with a letter
   * @param offset in the file; null where the row has none
   * @param message a part of it
   * @param code with which an audit of the file alone would exit
   */
  record Case(
      String row, byte[] bytes, String rule, Long offset, String message, int code, byte[] twin) {

    @Override
    public String toString() {
      return row + " " + rule;
    }
  }

  private final List<Case> cases = new ArrayList<>();

  static List<Case> all() {
    TorchCases all = new TorchCases();
    all.names();
    all.opcodes();
    all.limits();
    all.storages();
    all.views();
    all.members();
    all.archives();
    all.otherFormats();
    all.legacyStreams();
    return all.cases;
  }

  private static void w(PickleBytes pickle) {
    pickle.text("w").vector("FloatStorage", "0", 4);
  }

  private void add(String row, byte[] bytes, String rule, long offset, String message, int code) {
    cases.add(new Case(row, bytes, rule, offset, message, code, SOUND));
  }

  private void addAnywhere(String row, byte[] bytes, String rule, String message, int code) {
    cases.add(new Case(row, bytes, rule, null, message, code, SOUND));
  }

  /** A dictionary of w and x, where x is written by someone; the fault is at x plus some bytes. */
  private void inPickle(
      String row, Consumer<PickleBytes> x, int plus, String rule, String message, int code) {
    PickleBytes before = pickle().op("}(");
    w(before);
    int at = before.text("x").position();
    byte[] whole =
        dict(
            p -> {
              w(p);
              x.accept(p.text("x"));
            });
    add(row, zip(whole, W).bytes(), rule, TorchBytes.PICKLE_AT + at + plus, message, code);
  }

  private void names() {
    inPickle(
        "T1a",
        p -> p.global("posix", "system").text("touch canary").raw(0x85).op("R"),
        0,
        "UNSAFE_GLOBAL",
        "'posix.system': it is not on the list of what is harmless",
        10);
    inPickle(
        "T1b",
        p -> p.global("builtins", "eval").text("1").raw(0x85).op("R"),
        0,
        "UNSAFE_GLOBAL",
        "'builtins.eval'",
        10);
    inPickle(
        "T1c",
        p ->
            p.global("builtins", "getattr")
                .op("(")
                .global("os", "path")
                .text("os")
                .op("tR")
                .text("x")
                .raw(0x85)
                .op("R"),
        0,
        "UNSAFE_GLOBAL",
        "'builtins.getattr'",
        10);
    inPickle(
        "T1d",
        p -> p.global("my.pkg", "Thing").op(")").raw(0x81),
        0,
        "UNSAFE_GLOBAL",
        "my.pkg",
        10);
    add(
        "T5g",
        zip(pickle().raw(SOUND_PICKLE).op("").bytes(), W).bytes(),
        "PKL_CORRUPT",
        TorchBytes.PICKLE_AT + 2,
        "states protocol 2 there",
        10);
    byte[] two = Arrays.copyOf(SOUND_PICKLE, SOUND_PICKLE.length + 4);
    add(
        "T3b",
        zip(two, W).bytes(),
        "PKL_TRAILING",
        TorchBytes.PICKLE_AT + SOUND_PICKLE.length,
        "4 bytes follow its STOP",
        10);
    byte[] four = SOUND_PICKLE.clone();
    four[1] = 4;
    add("T4a", zip(four, W).bytes(), "NONDEFAULT_PROTOCOL", 64, "it is of protocol 4", 10);
  }

  private void opcodes() {
    for (String opcode : List.of("i", "o", "2", "P", "\u0082")) {
      inPickle("T4 " + (int) opcode.charAt(0), p -> p.op(opcode), 0, "PKL_OPCODE", "never", 10);
    }
    inPickle("T5a", p -> p.op("ttt"), 1, "PKL_CORRUPT", "needs a mark", 10);
    inPickle("T5b", p -> p.op("h\tx"), 0, "PKL_CORRUPT", "its memo has no value 9", 10);
    inPickle("T5c", p -> p.raw(0xFF), 0, "PKL_CORRUPT", "0xff is no opcode", 10);
    inPickle("T5d", p -> p.op("X").i32(1 << 20), 0, "PKL_CORRUPT", "of length 1048576", 10);
    inPickle("T6a", p -> p.op("X").i32(Integer.MAX_VALUE), 0, "PKL_CORRUPT", "2147483647", 10);
    byte[] endless = Arrays.copyOf(SOUND_PICKLE, SOUND_PICKLE.length - 1);
    add(
        "T5e",
        zip(endless, W).bytes(),
        "PKL_CORRUPT",
        TorchBytes.PICKLE_AT + endless.length,
        "it ends inside an opcode or before STOP",
        10);
    add("T5f", zip(pickle().op("R.").bytes(), W).bytes(), "PKL_CORRUPT", 66, "stack has none", 10);
    inPickle(
        "T8a",
        p -> p.vector("FloatStorage", "0", 4).op("NNs"),
        139,
        "PKL_CORRUPT",
        "sets items of a tensor",
        10);
    inPickle("T8b", p -> p.op("]NNs"), 3, "PKL_CORRUPT", "it sets items of a list", 10);
    inPickle("T8c", p -> p.op("}Na"), 2, "PKL_CORRUPT", "it appends to a dict", 10);
    byte[] twice =
        dict(
            p -> {
              w(p);
              w(p);
            });
    add("T26", zip(twice, W).bytes(), "PT_DUPLICATE_KEY", 64 + twice.length - 2, "'w'", 10);
  }

  private void limits() {
    PickleBytes nested = pickle();
    for (int i = 0; i < 100_000; i++) {
      nested.op("]");
    }
    for (int i = 1; i < 100_000; i++) {
      nested.op("a");
    }
    add("T7a", zip(nested.stop(), W).bytes(), "PKL_LIMIT", 64, "more than 64 levels deep", 10);
    PickleBytes laughs = pickle().op("]q\0");
    for (int i = 1; i < 40; i++) {
      laughs.op("](h").raw(i - 1).op("h").raw(i - 1).op("eq").raw(i);
    }
    add(
        "T7b",
        zip(laughs.stop(), W).bytes(),
        "PKL_LIMIT",
        64,
        "it has more than 1048576 tensors",
        10);
    add("T7c", zip(pickle().op("]q\0h\0a.").bytes(), W).bytes(), "PKL_LIMIT", 64, "64 levels", 10);
    inPickle("T7d", p -> p.op("}]").raw(0x85).op("Ns"), 4, "PKL_LIMIT", "a key is a tuple", 10);
  }

  private void storages() {
    for (long elements : new long[] {5, 3, -1, 1L << 40}) {
      byte[] bytes = dict(p -> p.text("w").vector("FloatStorage", "0", elements));
      addAnywhere(
          "T9 " + elements,
          zip(bytes, W).bytes(),
          "PT_STORAGE_SIZE",
          "have " + elements + " elements of float32 and member 'archive/data/0' has 16 bytes",
          10);
    }
    byte[] dtypes =
        dict(
            p -> {
              w(p);
              p.text("x").vector("IntStorage", "0", 4);
            });
    addAnywhere(
        "T10a",
        zip(dtypes, W).bytes(),
        "PT_STORAGE_ALIAS",
        "4 elements of int32 here and 4 of float32 before",
        10);
    byte[] sizes =
        dict(
            p -> {
              w(p);
              p.text("x").vector("FloatStorage", "0", 3);
            });
    addAnywhere(
        "T10b", zip(sizes, W).bytes(), "PT_STORAGE_ALIAS", "3 elements of float32 here", 10);
    byte[] missing =
        dict(
            p -> {
              w(p);
              p.text("x").vector("FloatStorage", "1", 4);
            });
    addAnywhere(
        "T21a", zip(missing, W).bytes(), "PT_MISSING_STORAGE", "no member 'archive/data/1'", 10);
    byte[] slice =
        dict(p -> p.text("w").tensor("FloatStorage", "0", 100, 3, new long[] {4}, new long[] {1}));
    addAnywhere(
        "T13", zip(slice, floats(100)).bytes(), "PT_STORAGE_WASTE", "384 bytes in 1 storages", 0);
  }

  private void view(
      String row, long offset, long[] size, long[] stride, String rule, String message, int code) {
    byte[] bytes = dict(p -> p.text("w").tensor("FloatStorage", "0", 4, offset, size, stride));
    addAnywhere(row, zip(bytes, W).bytes(), rule, message, code);
  }

  private void views() {
    String bounds = "PT_VIEW_BOUNDS";
    view("T11a", -1, new long[] {1}, new long[] {1}, bounds, "needs more than 2^63-1", 10);
    view("T11b", 3, new long[] {4}, new long[] {-1}, bounds, "needs more than 2^63-1", 10);
    view("T11c", 0, new long[] {-2}, new long[] {1}, bounds, "do not belong together", 10);
    view("T11d", 0, new long[] {2, 2}, new long[] {1}, bounds, "do not belong together", 10);
    view(
        "T11e",
        1,
        new long[] {4},
        new long[] {1},
        bounds,
        "needs 5 elements and its storage has 4",
        10);
    view(
        "T11f", 0, new long[] {1L << 40, 1L << 40}, new long[] {1, 1}, bounds, "do not belong", 10);
    view("T11g", 0, new long[] {2, 2}, new long[] {1L << 62, 1L << 62}, bounds, "2^63-1", 10);
    view(
        "T12a",
        1,
        new long[] {1_000_000, 1_000_000},
        new long[] {0, 0},
        "PT_VIEW",
        "its 1000000000000 elements share 1 in the storage",
        0);
    view("T12b", 0, new long[] {3, 2}, new long[] {1, 1}, "PT_VIEW", "its 6 elements share 4", 0);
  }

  private void members() {
    byte[] hidden = pickle().global("os", "system").stop();
    addAnywhere(
        "T2a",
        zip(SOUND_PICKLE, W).add("archive/x.json", hidden).bytes(),
        "UNREFERENCED_MEMBER",
        "'archive/x.json', which begin like a Python pickle",
        10);
    addAnywhere(
        "T2b",
        zip(SOUND_PICKLE, W).add("archive/data/9", hidden).bytes(),
        "UNREFERENCED_MEMBER",
        "'archive/data/9', which begin like a Python pickle",
        10);
    addAnywhere(
        "T14a",
        zip(SOUND_PICKLE, m -> {}, m -> m.deflate(), W).bytes(),
        "PT_COMPRESSED",
        "member 'archive/data/0' is compressed from 16",
        10);
    addAnywhere(
        "T14b",
        zip(SOUND_PICKLE, m -> m.deflate(), m -> {}, W).bytes(),
        "PT_COMPRESSED",
        "member 'archive/data.pkl' is compressed",
        10);
    addAnywhere(
        "T14c",
        zip(new byte[1 << 20], m -> m.deflate(), m -> {}, W).bytes(),
        "PT_COMPRESSED",
        "from 1048576 to",
        10);
    add(
        "T15b",
        zip(SOUND_PICKLE, m -> m.crc32 ^= 1, m -> {}, W).bytes(),
        "PT_CRC",
        64,
        "member 'archive/data.pkl' has the CRC-32",
        10);
    ZipBytes wrong = zip(SOUND_PICKLE, m -> {}, m -> m.crc32 ^= 1, W);
    byte[] bytes = wrong.bytes();
    add(
        "T15a",
        bytes,
        "PT_CRC",
        wrong.dataOffset("archive/data/0"),
        "its 16 bytes have the CRC-32",
        10);
    addAnywhere(
        "T15c",
        zip(SOUND_PICKLE, m -> m.crc32 = 0, m -> m.crc32 = 0, W).bytes(),
        "PT_CRC",
        "2 of 4 members have no CRC-32 recorded",
        0);
    settings();
  }

  private static ZipBytes bare() {
    return ZipBytes.archive().add("a/data.pkl", SOUND_PICKLE).add("a/data/0", W);
  }

  private void settings() {
    addAnywhere("T20a", bare().bytes(), "PT_VERSION", "it has none that can be read", 10);
    addAnywhere("T20b", bare().add("a/version", "99").bytes(), "PT_VERSION", "it is '99'", 10);
    addAnywhere("T20c", bare().add("a/version", "x").bytes(), "PT_VERSION", "it is 'x'", 10);
    addAnywhere(
        "T20d",
        bare().add("a/version", "3").add("a/byteorder", "big").bytes(),
        "PT_BYTEORDER",
        "audited swapped",
        0);
    addAnywhere(
        "T20e",
        bare().add("a/version", "3").add("a/byteorder", "middle").bytes(),
        "PT_BYTEORDER",
        "it is 'middle'; little-endian is assumed",
        10);
    addAnywhere(
        "T19a",
        ZipBytes.archive()
            .add("data.pkl", SOUND_PICKLE)
            .add("data/0", W)
            .add("version", "3")
            .bytes(),
        "PT_LAYOUT",
        "it is in no folder",
        10);
    addAnywhere(
        "T19b",
        bare().add("a/version", "3").add("b/x", W).bytes(),
        "PT_LAYOUT",
        "'b/x': it is not in the folder 'a/'",
        10);
    addAnywhere(
        "T19c",
        bare().add("a/version", "3").add("a/../../x", W).bytes(),
        "PT_LAYOUT",
        "it leads out",
        10);
    addAnywhere(
        "T19d",
        bare().add("a/version", "3").add("/etc/x", W).bytes(),
        "PT_LAYOUT",
        "it is absolute",
        10);
    addAnywhere(
        "T19e", bare().add("a/version", "3").add("a/x\0y", W).bytes(), "PT_LAYOUT", "NUL", 10);
    addAnywhere(
        "T19f",
        ZipBytes.archive().add("a/version", "3").bytes(),
        "PT_LAYOUT",
        "no member 'a/data.pkl'",
        10);
  }

  private void archives() {
    addAnywhere(
        "T16a",
        zip(SOUND_PICKLE, m -> {}, m -> m.localName = "x", W).bytes(),
        "ZIP_INCONSISTENT",
        "another name",
        10);
    addAnywhere(
        "T16b",
        zip(SOUND_PICKLE, m -> {}, m -> m.headerAt = 0L, W).bytes(),
        "ZIP_INCONSISTENT",
        "overlaps",
        10);
    addAnywhere(
        "T17a",
        zip(SOUND_PICKLE, W).add("archive/data/0", W).bytes(),
        "ZIP_AMBIGUOUS",
        "'archive/data/0': its name is there twice",
        10);
    addAnywhere(
        "T17b",
        zip(SOUND_PICKLE, W).add("archive/DATA.PKL", W).bytes(),
        "ZIP_AMBIGUOUS",
        "differs in case alone",
        10);
    addAnywhere(
        "T18",
        zip(SOUND_PICKLE, m -> {}, m -> m.flags |= 1, W).bytes(),
        "ZIP_FLAGS",
        "0x1 mean encrypted",
        10);
    add(
        "T22a",
        zip(SOUND_PICKLE, W).prefix((byte) 'x').bytes(),
        "ZIP_POLYGLOT",
        0,
        "other bytes are before it",
        10);
    add(
        "T22b",
        zip(SOUND_PICKLE, W).suffix(W).bytes(),
        "ZIP_POLYGLOT",
        SOUND.length,
        "16 bytes follow",
        10);
    byte[] end = Arrays.copyOfRange(SOUND, SOUND.length - 98, SOUND.length);
    addAnywhere(
        "T22c", zip(SOUND_PICKLE, W).comment(end).bytes(), "ZIP_POLYGLOT", "another end", 10);
    for (int i = 1; i < 16; i++) {
      byte[] part = Arrays.copyOf(SOUND, SOUND.length * i / 16);
      add("T23 " + i, part, "ZIP_TRUNCATED", part.length, "no end of central directory", 10);
    }
    addAnywhere(
        "T23x", zip(SOUND_PICKLE, W).statedMembers(9).bytes(), "ZIP_INCONSISTENT", "states 9", 10);
    byte[] lie = SOUND.clone();
    lie[lie.length - 22 - 20 - 56 + 32]++;
    addAnywhere("T23y", lie, "ZIP64", "contradicts its end record", 10);
  }

  private void otherFormats() {
    String rule = "UNSUPPORTED_FORMAT";
    add(
        "T24a",
        zip(SOUND_PICKLE, W).add("archive/constants.pkl", W).bytes(),
        rule,
        0,
        "TorchScript",
        12);
    byte[] tar = new byte[600];
    System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);
    tar[0] = 'x';
    add("T24b", tar, rule, 0, "it is a tar archive", 12);
    add("T24c", "PYTORCH1 and more".getBytes(StandardCharsets.US_ASCII), rule, 0, "preview", 12);
    add("T24d", ZipBytes.archive().add("w.npy", W).bytes(), rule, 0, "NumPy archive", 12);
    add(
        "T24e",
        new byte[] {'7', 'z', (byte) 0xBC, (byte) 0xAF, 0x27, 0x1C, 0, 4},
        rule,
        0,
        "7z",
        12);
    add("T24f", new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0}, rule, 0, "gzip", 12);
    add("H1a", "<html>404".getBytes(StandardCharsets.US_ASCII), "NOT_A_CHECKPOINT", 0, "HTML", 10);
    add("H1b", new byte[0], "NOT_DOWNLOADED", 0, "an empty file", 10);
    add("H1c", W, "NOT_A_CHECKPOINT", 0, "begins like no format that is known", 10);
  }

  private static byte[] legacyOf(String magic, int protocol, String key, long count) {
    byte[] object = dict(p -> legacyTensor(p.text("w"), "0", 4));
    return legacy(magic, protocol, object, new String[] {key}, new long[] {count}, W);
  }

  private void legacyCase(
      String row, byte[] bytes, String rule, Long offset, String message, int code) {
    cases.add(new Case(row, bytes, rule, offset, message, code, LEGACY));
  }

  private void legacyStreams() {
    String magic = "119547037146038801333356";
    legacyCase(
        "L1a",
        legacyOf("119547037146038801333357", 1001, "0", 4),
        "LEG_HEADER",
        0L,
        "not the magic number",
        10);
    legacyCase(
        "L1b", legacyOf(magic, 1002, "0", 4), "LEG_HEADER", 15L, "its protocol is not 1001", 10);
    legacyCase(
        "L1c",
        legacyOf(magic, 1001, "0", 5),
        "LEG_STORAGE",
        LEGACY.length - 24L,
        "it states 5 elements and tensors say 4",
        10);
    byte[] part = Arrays.copyOf(LEGACY, LEGACY.length - 1);
    legacyCase(
        "L1d", part, "LEG_TRUNCATED", (long) part.length, "before the 16 bytes of it do", 10);
    legacyCase(
        "L1e",
        Arrays.copyOf(LEGACY, LEGACY.length + 3),
        "LEG_TRAILING",
        (long) LEGACY.length,
        "3 bytes follow",
        0);
    byte[] object = dict(p -> legacyTensor(p.text("w"), "0", 4));
    byte[] omitted = legacy(magic, 1001, object, new String[] {}, new long[] {}, W);
    legacyCase(
        "L1f", omitted, "PT_MISSING_STORAGE", null, "the list of keys does not have '0'", 10);
    byte[] plain = withoutProtocol().raw(0x80, 2).op("}").stop();
    legacyCase("L1g", plain, "LEG_HEADER", 0L, "not the magic number", 10);
  }
}
