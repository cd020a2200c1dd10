package io.ckptaudit.job.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InMemoryFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Row H5: whatever a file is turned into, reading it ends in findings and in sound slices. */
class SafetensorsMutantsTest {
  private static final String[] PIECES = {
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "-1",
    "1e9",
    "18446744073709551615",
    "\\ud800",
    "\0",
    "\"dtype\":",
    "\"F7\"",
    "\"__metadata__\":",
    "null",
    "\u00ff",
    "/../",
    "9223372036854775807"
  };

  @Test
  void aThousandMutants() throws Exception {
    CpuTime.within(5, () -> mutate(20261122, 1000));
  }

  @Test
  @Tag("full")
  void manyMutants() throws Exception {
    CpuTime.within(60, () -> mutate(7, 20_000));
  }

  private static int mutate(long seed, int count) throws IOException {
    byte[] original = Files.readAllBytes(Fixtures.path("all-dtypes/model.safetensors"));
    for (int i = 0; i < count; i++) {
      byte[] mutant = mutant(original, new Random(seed + i));
      try {
        ShardHeader header = new ShardScan(new InMemoryFile(mutant), "mutant.safetensors").header();
        assertSound(header, mutant.length);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("Mutant of seed " + (seed + i), e);
      }
    }
    return count;
  }

  private static byte[] mutant(byte[] original, Random random) {
    byte[] bytes = original.clone();
    int header = 8 + 1152;
    for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
      switch (random.nextInt(5)) {
        case 0 ->
            bytes[random.nextInt(Math.min(bytes.length, header))] ^=
                (byte) (1 << random.nextInt(8));
        case 1 -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length + 16));
        case 2 -> bytes = splice(bytes, random, PIECES[random.nextInt(PIECES.length)]);
        case 3 -> bytes[random.nextInt(Math.min(bytes.length, 8))] = (byte) random.nextInt();
        default ->
            bytes[Math.min(bytes.length - 1, 8 + random.nextInt(header))] =
                (byte) ('0' + random.nextInt(10));
      }
    }
    return bytes;
  }

  /** Puts a piece over the header, or into it with the length adjusted. */
  private static byte[] splice(byte[] bytes, Random random, String piece) {
    byte[] inserted = piece.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    int at = Math.min(bytes.length, 8 + random.nextInt(1152));
    ByteBuffer out =
        ByteBuffer.allocate(bytes.length + inserted.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(bytes, 0, at).put(inserted).put(bytes, at, bytes.length - at);
    if (random.nextBoolean() && out.capacity() >= 8) {
      out.putLong(0, out.getLong(0) + inserted.length);
    }
    return out.array();
  }

  private static void assertSound(ShardHeader header, long length) {
    List<Slice> slices =
        header.tensors().stream()
            .map(TensorEntry::slices)
            .flatMap(List::stream)
            .filter(s -> s.bytes() > 0)
            .sorted(Comparator.comparingLong(Slice::offset))
            .toList();
    long end = 8;
    for (Slice slice : slices) {
      assertThat(slice.offset()).isGreaterThanOrEqualTo(end);
      end = slice.offset() + slice.bytes();
      assertThat(end).isBetween(slice.offset(), length);
    }
    assertThat(header.problems()).allSatisfy(p -> assertThat(p.message()).contains("; "));
  }
}
