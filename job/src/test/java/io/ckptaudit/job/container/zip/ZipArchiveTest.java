package io.ckptaudit.job.container.zip;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.container.HeldBytes;
import io.ckptaudit.job.container.zip.ZipFault.Kind;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.MutantLoop;
import io.ckptaudit.job.testing.ZipBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows T14, T16 to T18, T22 and T23: what two readers could understand differently is a fault. */
class ZipArchiveTest {

  private static final byte[] CONTENT = {1, 2, 3, 4, 5};

  private static ZipBytes two() {
    return ZipBytes.archive().add("a/x", CONTENT).add("a/y", "hello");
  }

  private static ZipArchive read(byte[] bytes) throws IOException {
    return ZipArchive.read(new HeldBytes(bytes));
  }

  private static List<Kind> kinds(ZipArchive archive) {
    return archive.faults().stream().map(ZipFault::kind).toList();
  }

  private static void assertFault(byte[] bytes, Kind kind, long offset, String reason)
      throws IOException {
    assertThat(read(bytes).faults())
        .anySatisfy(
            fault -> {
              assertThat(fault.kind()).isEqualTo(kind);
              assertThat(fault.offset()).isEqualTo(offset);
              assertThat(fault.reason()).contains(reason);
            });
  }

  @Test
  void membersAreWhereTorchPutsThem() throws IOException {
    ZipBytes zip = two();
    byte[] bytes = zip.bytes();
    ZipArchive archive = read(bytes);
    assertThat(archive.faults()).isEmpty();
    ZipMember x = archive.find("a/x").orElseThrow();
    assertThat(x.dataOffset()).isEqualTo(zip.dataOffset("a/x")).matches(at -> at % 64 == 0);
    assertThat(x.bytes()).isEqualTo(5);
    ZipContent.Range range = ZipContent.of(new HeldBytes(bytes), x, 100).orElseThrow();
    assertThat(ZipContent.crc32(range)).isEqualTo(x.crc32());
  }

  @Test
  void fixturesOfTorchAreSound() throws IOException {
    for (String name : List.of("new-zip.pt", "state-dict.pth", "nested.ckpt", "protocol4.pt")) {
      ZipArchive archive = read(Files.readAllBytes(Fixtures.path("torch-shapes/" + name)));
      assertThat(archive.faults()).as(name).isEmpty();
      assertThat(archive.members()).as(name).allMatch(ZipMember::isReadable).hasSizeGreaterThan(6);
    }
  }

  @Test
  void withoutZip64AndWithoutDescriptors() throws IOException {
    ZipBytes zip =
        ZipBytes.archive().withoutZip64().add("a/x", CONTENT, m -> m.flags = 0).add("b", "");
    assertThat(read(zip.bytes()).faults()).isEmpty();
    assertThat(read(ZipBytes.archive().bytes()).members()).isEmpty();
  }

  @Test
  void zip64ExtraFields() throws IOException {
    assertThat(read(two().add("z", CONTENT, m -> m.zip64Extra = true).bytes()).faults()).isEmpty();
    byte[] lie = two().bytes();
    int end = lie.length - 22 - 20 - 56;
    lie[end + 32]++;
    assertFault(lie, Kind.ZIP64, lie.length - 22, "contradicts its end record");
    byte[] gone = two().bytes();
    gone[end]++;
    assertFault(gone, Kind.ZIP64, gone.length - 22, "no zip64 end record at byte " + end);
  }

  @Test
  void aNumberWithoutItsZip64Field() throws IOException {
    byte[] bytes = ZipBytes.archive().withoutZip64().add("a", CONTENT).bytes();
    int record = bytes.length - 22 - 47;
    Arrays.fill(bytes, record + 24, record + 28, (byte) -1);
    assertFault(bytes, Kind.ZIP64, record, "its zip64 field does not have it");
  }

  @Test
  void localHeadersAgreeWithTheDirectory() throws IOException {
    assertFault(
        two().add("c", CONTENT, m -> m.localName = "other").bytes(),
        Kind.INCONSISTENT,
        149,
        "its local header has another name, of 5 characters");
    assertFault(
        two().add("c", CONTENT, m -> m.localBytes = 6).bytes(),
        Kind.INCONSISTENT,
        149,
        "other sizes or another CRC");
    assertFault(
        two().add("c", CONTENT, m -> m.headerAt = 0L).bytes(),
        Kind.INCONSISTENT,
        0,
        "it overlaps the member before");
    assertFault(
        two().add("c", CONTENT, m -> m.headerAt = 400L).bytes(),
        Kind.INCONSISTENT,
        400,
        "in the central directory or beyond");
  }

  @Test
  void namesThatAreThereTwice() throws IOException {
    ZipArchive twice = read(two().add("a/x", "other").bytes());
    assertThat(kinds(twice)).containsExactly(Kind.AMBIGUOUS);
    assertThat(twice.find("a/x").orElseThrow().bytes()).isEqualTo(5);
    assertThat(kinds(read(two().add("A/X", "other").bytes()))).containsExactly(Kind.AMBIGUOUS);
  }

  @Test
  void flagsThatTorchRefuses() throws IOException {
    for (int flag : new int[] {0x1, 0x20, 0x40}) {
      ZipArchive archive = read(two().add("c", CONTENT, m -> m.flags |= flag).bytes());
      assertThat(kinds(archive)).containsExactly(Kind.FLAGS);
      assertThat(archive.members()).hasSize(3);
      assertThat(archive.find("c").orElseThrow().isReadable()).isFalse();
    }
  }

  @Test
  void polyglots() throws IOException {
    byte[] whole = two().bytes();
    assertFault(two().suffix(CONTENT).bytes(), Kind.POLYGLOT, whole.length, "5 bytes follow");
    assertThat(kinds(read(two().prefix((byte) 'x').bytes()))).containsExactly(Kind.POLYGLOT);
    byte[] end = Arrays.copyOfRange(whole, whole.length - 98, whole.length);
    assertThat(kinds(read(two().comment(end).bytes()))).contains(Kind.POLYGLOT);
    assertThat(kinds(read(two().suffix(ZipBytes.archive().withoutZip64().bytes()).bytes())))
        .contains(Kind.POLYGLOT);
    assertThat(kinds(read(two().add("c", CONTENT, m -> m.before = CONTENT).bytes())))
        .containsExactly(Kind.POLYGLOT);
    assertThat(read(two().comment(CONTENT).bytes()).faults()).isEmpty();
  }

  @Test
  void truncatedAtEverySixteenth() throws IOException {
    byte[] whole = two().bytes();
    for (int i = 0; i < 16; i++) {
      byte[] part = Arrays.copyOf(whole, whole.length * i / 16);
      assertFault(part, Kind.TRUNCATED, part.length, "it has no end of central directory");
    }
  }

  @Test
  void aDirectoryThatLiesAboutItsMembers() throws IOException {
    assertThat(kinds(read(two().statedMembers(3).bytes()))).containsExactly(Kind.INCONSISTENT);
  }

  @Test
  void moreMembersThan16BitsCount() throws IOException {
    ZipBytes many = ZipBytes.archive();
    for (int i = 0; i < 70_000; i++) {
      many.add("a/data/" + i, new byte[0]);
    }
    ZipArchive archive = read(many.bytes());
    assertThat(archive.faults()).isEmpty();
    assertThat(archive.members()).hasSize(70_000);
    assertThat(kinds(read(many.withoutZip64().bytes()))).containsExactly(Kind.INCONSISTENT);
  }

  @Test
  void deflatedContentUpToALimit() throws IOException {
    byte[] text = "abcdefgh".repeat(100).getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = ZipBytes.archive().add("t", text, m -> m.deflate()).bytes();
    ZipMember member = read(bytes).find("t").orElseThrow();
    ZipContent.Range range = ZipContent.of(new HeldBytes(bytes), member, 1000).orElseThrow();
    ByteBuffer content = ByteBuffer.allocate(800);
    range.file().readFully(0, content);
    assertThat(content.array()).isEqualTo(text);
    assertThat(ZipContent.of(new HeldBytes(bytes), member, 799)).isEmpty();
  }

  @Test
  void bombsAreNotInflated() throws IOException {
    byte[] bytes = ZipBytes.archive().add("t", new byte[1 << 20], m -> m.deflate()).bytes();
    ZipMember member = read(bytes).find("t").orElseThrow();
    assertThat(ZipContent.of(new HeldBytes(bytes), member, 1 << 30)).isEmpty();
    byte[] liar = ZipBytes.archive().add("t", new byte[5000], m -> m.deflate().bytes = 999).bytes();
    ZipMember less = read(liar).find("t").orElseThrow();
    assertThat(ZipContent.of(new HeldBytes(liar), less, 1 << 30)).isEmpty();
  }

  @Test
  void fiveHundredMutants() throws Exception {
    CpuTime.within(5, () -> mutate(20261122, 500));
  }

  @Test
  @Tag("full")
  void manyMutants() throws Exception {
    CpuTime.within(120, () -> mutate(7, 20_000));
  }

  private static int mutate(long seed, int count) throws IOException {
    byte[] original = Files.readAllBytes(Fixtures.path("torch-shapes/state-dict.pth"));
    for (int i = 0; i < count; i++) {
      byte[] mutant = Mutants.of(original, new Random(seed + i));
      try {
        assertSound(MutantLoop.within(() -> read(mutant)), mutant.length);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("Mutant of seed " + (seed + i), e);
      }
    }
    return count;
  }

  private static void assertSound(ZipArchive archive, long length) {
    long end = 0;
    List<ZipMember> placed =
        archive.members().stream()
            .filter(member -> member.dataOffset() >= 0)
            .sorted(Comparator.comparingLong(ZipMember::dataOffset))
            .toList();
    for (ZipMember member : placed) {
      assertThat(member.dataOffset()).isGreaterThanOrEqualTo(end);
      end = member.dataOffset() + member.storedBytes();
      assertThat(end).isBetween(member.dataOffset(), length);
    }
  }
}
