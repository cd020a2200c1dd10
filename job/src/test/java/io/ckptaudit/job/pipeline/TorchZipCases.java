package io.ckptaudit.job.pipeline;

import static io.ckptaudit.job.pipeline.TorchCase.SOUND;
import static io.ckptaudit.job.pipeline.TorchCase.SOUND_PICKLE;
import static io.ckptaudit.job.pipeline.TorchCase.W;
import static io.ckptaudit.job.testing.PickleBytes.pickle;
import static io.ckptaudit.job.testing.TorchBytes.PICKLE_AT;
import static io.ckptaudit.job.testing.TorchBytes.zip;

import io.ckptaudit.job.testing.PickleBytes;
import io.ckptaudit.job.testing.ZipBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** Rows T2, T14 to T20, T22 and T23: the archive and its members. */
final class TorchZipCases {

  private static final String LAYOUT = "PT_LAYOUT";
  private static final String VERSION = "PT_VERSION";
  private static final Consumer<ZipBytes.Member> AS_IT_IS = member -> {};
  private static final Consumer<ZipBytes.Member> NO_CRC = member -> member.crc32 = 0;

  private final List<TorchCase> cases = new ArrayList<>();

  static List<TorchCase> all() {
    TorchZipCases all = new TorchZipCases();
    all.hidden();
    all.compressed();
    all.checksums();
    all.settings();
    all.names();
    all.contradictions();
    all.polyglots();
    all.truncations();
    return all.cases;
  }

  /** Where in a file that was written something is found. */
  private interface Place extends ToLongFunction<ZipBytes> {}

  /** Where in the file w refers to its storage. */
  private static final long STORAGE_OF_W_AT = PICKLE_AT + 97;

  private static final Place RECORD_OF_W = zip -> zip.recordOffset("archive/data/0");

  private void add(
      String row, ZipBytes broken, ZipBytes sound, String rule, Place at, String message) {
    byte[] bytes = broken.bytes();
    cases.add(TorchCase.of(row, bytes, sound.bytes()).finds(rule, at.applyAsLong(broken), message));
  }

  /** The last of them has one more finding, of a member that nothing refers to. */
  private void isUnreferencedToo(ZipBytes zip, String name) {
    TorchCase last = cases.remove(cases.size() - 1);
    zip.bytes();
    cases.add(last.finds("UNREFERENCED_MEMBER", zip.recordOffset(name), "no tensor refers to"));
  }

  private static ZipBytes sound() {
    return zip(SOUND_PICKLE, W);
  }

  /** With something changed in all storages. */
  private static ZipBytes storages(Consumer<ZipBytes.Member> change) {
    return zip(SOUND_PICKLE, AS_IT_IS, change, W);
  }

  /** With something changed in the pickle. */
  private static ZipBytes pickled(Consumer<ZipBytes.Member> change) {
    return zip(SOUND_PICKLE, change, AS_IT_IS, W);
  }

  private void hidden() {
    byte[] evil = pickle().global("os", "system").stop();
    add(
        "T2a",
        sound().add("archive/x.json", evil),
        sound().add("archive/.format_version", "1"),
        "UNREFERENCED_MEMBER",
        zip -> zip.recordOffset("archive/x.json"),
        "'archive/x.json', which begin like a Python pickle");
    add(
        "T2b",
        sound().add("archive/data/9", evil),
        sound().add("archive/.storage_alignment", "64"),
        "UNREFERENCED_MEMBER",
        zip -> zip.recordOffset("archive/data/9"),
        "'archive/data/9', which begin like a Python pickle");
  }

  private void compressed() {
    String compressed = "PT_COMPRESSED";
    add(
        "T14a",
        storages(m -> m.deflate()),
        sound(),
        compressed,
        RECORD_OF_W,
        "member 'archive/data/0' is compressed from 16");
    add(
        "T14b",
        pickled(m -> m.deflate()),
        sound(),
        compressed,
        zip -> zip.recordOffset("archive/data.pkl"),
        "member 'archive/data.pkl' is compressed");
    byte[] bomb = new byte[1 << 20];
    byte[] harmless = Arrays.copyOf(SOUND_PICKLE, SOUND_PICKLE.length);
    add(
        "T14c",
        zip(bomb, m -> m.deflate(), AS_IT_IS, W),
        zip(harmless, AS_IT_IS, AS_IT_IS, W),
        compressed,
        zip -> zip.recordOffset("archive/data.pkl"),
        "from 1048576 to");
  }

  private void checksums() {
    ZipBytes storage = storages(m -> m.crc32 ^= 1);
    byte[] bytes = storage.bytes();
    cases.add(
        TorchCase.of("T15a", bytes, storages(AS_IT_IS).bytes())
            .finds("PT_CRC", storage.dataOffset("archive/data/0"), "its 16 bytes have the CRC-32")
            .ofItsValues());
    cases.add(
        TorchCase.of("T15b", pickled(m -> m.crc32 ^= 1).bytes(), pickled(AS_IT_IS).bytes())
            .finds("PT_CRC", PICKLE_AT, "member 'archive/data.pkl' has the CRC-32"));
    ZipBytes none =
        ZipBytes.archive()
            .add("archive/data.pkl", SOUND_PICKLE, NO_CRC)
            .add("archive/data/0", W, NO_CRC)
            .add("archive/version", "3".getBytes(StandardCharsets.US_ASCII), NO_CRC);
    cases.add(
        TorchCase.of("T15c", none.bytes(), SOUND)
            .finds("PT_CRC", "none of its 3 members has a CRC-32 recorded")
            .exits(0));
    ZipBytes one = storages(NO_CRC);
    byte[] without = one.bytes();
    cases.add(
        TorchCase.of("T15d", without, sound().add("archive/.format_version", "").bytes())
            .finds("PT_CRC", one.dataOffset("archive/data/0"), "and 00000000 is recorded")
            .ofItsValues());
    cases.add(
        TorchCase.of("T15e", pickled(NO_CRC).bytes(), SOUND)
            .finds("PT_CRC", PICKLE_AT, "and 00000000 is recorded"));
  }

  private static ZipBytes bare() {
    return ZipBytes.archive().add("a/data.pkl", SOUND_PICKLE).add("a/data/0", W);
  }

  private static ZipBytes versioned() {
    return bare().add("a/version", "3");
  }

  private void settings() {
    cases.add(
        TorchCase.of("T20a", bare().bytes(), versioned().bytes())
            .finds(VERSION, "it has none that can be read"));
    Place version = zip -> zip.dataOffset("a/version");
    add("T20b", bare().add("a/version", "99"), versioned(), VERSION, version, "it is '99'");
    add("T20c", bare().add("a/version", "x"), versioned(), VERSION, version, "it is 'x'");
    String order = "PT_BYTEORDER";
    ZipBytes little = versioned().add("a/byteorder", "little");
    ZipBytes big = versioned().add("a/byteorder", "big");
    byte[] swapped = big.bytes();
    cases.add(
        TorchCase.of("T20d", swapped, little.bytes())
            .finds(order, big.dataOffset("a/byteorder"), "audited swapped")
            .exits(0));
    add(
        "T20e",
        versioned().add("a/byteorder", "middle"),
        little,
        order,
        zip -> zip.dataOffset("a/byteorder"),
        "it is 'middle'; little-endian is assumed");
  }

  private void names() {
    ZipBytes flat =
        ZipBytes.archive().add("data.pkl", SOUND_PICKLE).add("data/0", W).add("version", "3");
    add("T19a", flat, versioned(), LAYOUT, zip -> zip.recordOffset("data.pkl"), "is in no folder");
    name("T19b", "b/x", "'b/x': it is not in the folder 'a/'");
    name("T19c", "a/../../x", "it leads out");
    name("T19d", "/etc/x", "it is absolute");
    name("T19e", "a/x\0y", "NUL");
    ZipBytes empty = ZipBytes.archive().add("a/version", "3");
    add("T19f", empty, versioned(), LAYOUT, zip -> 0, "no member 'a/data.pkl'");
  }

  private void name(String row, String name, String message) {
    ZipBytes broken = versioned().add(name, W);
    ZipBytes known = versioned().add("a/.format_version", "1");
    add(row, broken, known, LAYOUT, zip -> zip.recordOffset(name), message);
    isUnreferencedToo(broken, name);
  }

  private void contradictions() {
    String inconsistent = "ZIP_INCONSISTENT";
    Place header = zip -> zip.headerOffset("archive/data/0");
    add("T16a", storages(m -> m.localName = "x"), sound(), inconsistent, header, "another name");
    add("T16b", storages(m -> m.headerAt = 0L), sound(), inconsistent, zip -> 0, "overlaps");
    add("T16c", storages(m -> m.localBytes = 15), sound(), inconsistent, header, "other sizes");
    long far = SOUND.length - 200;
    add(
        "T16d",
        storages(m -> m.headerAt = far),
        sound(),
        inconsistent,
        zip -> far,
        "its local header would be in the central directory or beyond");
    String ambiguous = "ZIP_AMBIGUOUS";
    add(
        "T17a",
        sound().add("archive/data/0", W),
        sound(),
        ambiguous,
        ZipBytes::lastRecordOffset,
        "'archive/data/0': its name is there twice");
    add(
        "T17c",
        sound().add("archive/data.pkl", pickle().op("}").stop()),
        sound(),
        ambiguous,
        ZipBytes::lastRecordOffset,
        "'archive/data.pkl': its name is there twice");
    ZipBytes capitals = sound().add("archive/DATA.PKL", W);
    add("T17b", capitals, sound(), ambiguous, ZipBytes::lastRecordOffset, "in case alone");
    isUnreferencedToo(capitals, "archive/DATA.PKL");
    for (int flag : new int[] {0x1, 0x20, 0x40}) {
      String shown = Integer.toHexString(flag);
      add(
          "T18 " + shown,
          storages(m -> m.flags |= flag),
          sound(),
          "ZIP_FLAGS",
          RECORD_OF_W,
          "0x" + shown + " mean encrypted or patched");
    }
    Place directory = zip -> zip.recordOffset("archive/data.pkl");
    ZipBytes four = sound().statedMembers(4);
    add("T23x", sound().statedMembers(9), four, inconsistent, directory, "states 9");
    byte[] lie = SOUND.clone();
    lie[lie.length - 22 - 20 - 56 + 32]++;
    cases.add(
        TorchCase.of("T23y", lie, sound().withoutZip64().bytes())
            .finds("ZIP64", lie.length - 22, "contradicts its end record")
            .finds(inconsistent, directory.applyAsLong(four), "end record states 5"));
    ZipBytes narrow = sound().withoutZip64();
    byte[] wide = narrow.bytes();
    int record = (int) narrow.recordOffset("archive/data/0");
    Arrays.fill(wide, record + 24, record + 28, (byte) -1);
    cases.add(
        TorchCase.of("T23z", wide, storages(m -> m.zip64Extra = true).bytes())
            .finds("ZIP64", record, "its zip64 field does not have it")
            .finds("ZIP_POLYGLOT", header.applyAsLong(narrow), "belong to no member")
            .finds("PT_STORAGE_SIZE", STORAGE_OF_W_AT, "member 'archive/data/0' has 0 bytes"));
    String counted = "has 65604 members and its end record states 65535";
    add("T23m", many().withoutZip64(), many(), inconsistent, directory, counted);
  }

  /** More members than 16 bits count: storages that something refers to, and no tensor. */
  private static ZipBytes many() {
    PickleBytes pickle = pickle().op("}(");
    TorchCase.w(pickle);
    pickle.text("x").op("](");
    for (int i = 1; i <= 65_600; i++) {
      pickle.storage("FloatStorage", "" + i, 0);
    }
    ZipBytes many = zip(pickle.op("eu").stop(), W);
    for (int i = 1; i <= 65_600; i++) {
      many.add("archive/data/" + i, new byte[0]);
    }
    return many;
  }

  private void polyglots() {
    String polyglot = "ZIP_POLYGLOT";
    cases.add(
        TorchCase.of("T22a", sound().prefix((byte) 'x').bytes(), sound().bytes())
            .finds(polyglot, 0, "other bytes are before it"));
    cases.add(
        TorchCase.of("T22b", sound().suffix(W).bytes(), sound().bytes())
            .finds(polyglot, SOUND.length, "16 bytes follow"));
    byte[] end = Arrays.copyOfRange(SOUND, SOUND.length - 98, SOUND.length);
    ZipBytes twoEnds = sound().comment(end);
    long second = twoEnds.bytes().length - 22;
    add("T22c", twoEnds, sound(), polyglot, zip -> second, "another end");
  }

  private void truncations() {
    for (int i = 1; i < 16; i++) {
      byte[] part = Arrays.copyOf(SOUND, SOUND.length * i / 16);
      cases.add(
          TorchCase.of("T23 " + i, part, SOUND)
              .finds("ZIP_TRUNCATED", part.length, "no end of central directory"));
    }
  }
}
