package io.ckptaudit.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InMemoryFile;
import io.ckptaudit.job.testing.MutantLoop;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Row H5 for an index: whatever it is turned into, it is used whole or not at all. */
class IndexMutantsTest {

  private static final String NAME = "model.safetensors.index.json";
  private static final String PIECES =
      "\" { } [ ] , : -1 1e9 18446744073709551616 \\ud800 \\u0000 \0 \u00ff \uFEFF ../ null true"
          + " /etc/passwd \"weight_map\": \"weight_map\":{} \"total_size\":NaN"
          + " \"total_size\":1e99999999999 \"metadata\":[[[[[[[[[[[[[[[[[[ // '";

  @Test
  void fiveHundredMutants() throws Exception {
    CpuTime.within(5, () -> mutate(20261122, 500));
  }

  @Test
  @Tag("full")
  void manyMutants() throws Exception {
    CpuTime.within(60, () -> mutate(7, 20_000));
  }

  private static int mutate(long seed, int count) throws IOException {
    byte[] original = Files.readAllBytes(Fixtures.path("llama-hf-bf16/" + NAME));
    int used = 0;
    for (int i = 0; i < count; i++) {
      byte[] mutant = mutant(original, new Random(seed + i));
      try {
        used += MutantLoop.within(() -> assertSound(mutant)) ? 1 : 0;
      } catch (Exception | AssertionError e) {
        throw new AssertionError("Mutant of seed " + (seed + i), e);
      }
    }
    assertThat(used).as("mutants that are an index").isBetween(count / 50, count - count / 50);
    return count;
  }

  private static byte[] mutant(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length + 16));
        case 2 -> bytes[at] = (byte) ('0' + random.nextInt(10));
        case 3 -> bytes = splice(bytes, at, Arrays.copyOfRange(bytes, at, bytes.length / 2 + at));
        default -> {
          String[] pieces = PIECES.split(" ", -1);
          String piece = pieces[random.nextInt(pieces.length)];
          bytes = splice(bytes, at, piece.getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return bytes;
  }

  private static byte[] splice(byte[] bytes, int at, byte[] inserted) {
    ByteBuffer out = ByteBuffer.allocate(bytes.length + inserted.length);
    return out.put(bytes, 0, at).put(inserted).put(bytes, at, bytes.length - at).array();
  }

  /** Read it, and hold against it a shard that has what the original says it has. */
  private static boolean assertSound(byte[] mutant) throws IOException {
    Problems problems = new Problems(null);
    Optional<ShardIndex> read = ShardIndex.read(new InMemoryFile(mutant), NAME, problems);
    assertThat(problems.hasErrors()).isEqualTo(read.isEmpty());
    if (read.isPresent()) {
      Map<String, Shard> shards = new TreeMap<>();
      for (String file : read.get().files().values()) {
        boolean escapes = CheckpointFolder.escape(file).isPresent();
        ShardStatus status = escapes ? ShardStatus.REFUSED : ShardStatus.OK;
        shards.put(file, new Shard(file, null, status, null));
      }
      List<Shard> all = new ArrayList<>(shards.values());
      List<ShardHeader> headers =
          all.stream()
              .map(
                  shard ->
                      shard.status() == ShardStatus.OK
                          ? new ShardHeader(ShardStatus.OK, List.of(), Set.of(), List.of())
                          : ShardHeader.unread(shard.status(), List.of()))
              .toList();
      assertThat(new ShardMerge(all, read.get(), NAME, problems).merge(headers)).isEmpty();
      ShardSequence.verify(shards.keySet(), problems);
      assertThat(read.get().countWithout(List.of())).isEqualTo(read.get().files().size());
    }
    assertThat(problems.all())
        .allSatisfy(problem -> assertThat(problem.message()).contains("; "))
        .allMatch(problem -> Quoted.isPrintable(problem.message()))
        .allMatch(problem -> problem.byteOffset() == null || problem.byteOffset() <= mutant.length);
    return read.isPresent();
  }
}
