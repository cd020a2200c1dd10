package io.ckptaudit.job.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.ShardStatus;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.udfs.number.DType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.PriorityQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every byte once, in tasks that keep all cores busy to the end. */
class PlannerTest {

  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  /** Tensors of these sizes, one behind the other in one file. */
  private static Checkpoint checkpoint(DType dtype, long... bytes) {
    List<TensorEntry> tensors = new ArrayList<>();
    long offset = 8;
    for (int i = 0; i < bytes.length; i++) {
      long elements = bytes[i] * 8 / dtype.bits();
      List<Slice> slices = List.of(new Slice(0, offset, bytes[i]));
      tensors.add(new TensorEntry("t" + i, dtype, List.of(elements), elements, bytes[i], slices));
      offset += bytes[i];
    }
    FileEntry file = new FileEntry("file:///m", "m", offset, false, true, "token");
    Shard shard = new Shard("m", file, ShardStatus.OK, null);
    return new Checkpoint("file:///m", null, null, List.of(shard), tensors, List.of());
  }

  private static long[] equal(int count, long bytes) {
    long[] sizes = new long[count];
    java.util.Arrays.fill(sizes, bytes);
    return sizes;
  }

  private static List<ReadTask> plan(Checkpoint checkpoint, long splitBytes, int cores) {
    return Planner.plan(List.of(checkpoint), new PlanSettings(splitBytes, cores));
  }

  /** Tasks in order, each to the core that is free first: the time until all are done. */
  private static long makespan(List<ReadTask> tasks, int cores, long costOfATask) {
    PriorityQueue<Long> free = new PriorityQueue<>();
    for (int i = 0; i < cores; i++) {
      free.add(0L);
    }
    long end = 0;
    for (ReadTask task : tasks) {
      long done = free.remove() + task.bytes() + costOfATask;
      free.add(done);
      end = Math.max(end, done);
    }
    return end;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 8, 1.03",
    "2, 8, 1.05",
    "3, 8, 1.09",
    "16, 8, 1.47",
    "2, 138, 1.02",
    "16, 138, 1.04",
    "96, 138, 1.18"
  })
  void allCoresAreBusyToTheEnd(int cores, long gib, double slack) {
    List<ReadTask> tasks =
        plan(checkpoint(DType.BF16, equal((int) gib * 4, 256 * MIB)), 256 * MIB, cores);
    double fair = gib * (double) GIB / cores;
    // Between two tasks a core could have counted some 32 MiB.
    assertThat(makespan(tasks, cores, 32 * MIB) / fair).isBetween(1.0, slack);
    assertThat(tasks).allSatisfy(task -> assertThat(task.bytes()).isLessThanOrEqualTo(2 * GIB));
    assertThat(tasks.size()).isBetween(4 * cores, 16 * cores + (int) gib);
  }

  @ParameterizedTest
  @CsvSource({"BF16, 1024", "BF16, 8192", "F64, 268435456", "F6_E2M3, 1000000", "F32, 1048576"})
  void everyByteIsReadOnceAndCutsAreBetweenElements(DType dtype, long splitBytes) {
    long[] sizes = {0, 24, 48_000, 0, 2_400_000, 24, 7_200_000, 4800};
    Checkpoint checkpoint = checkpoint(dtype, sizes);
    long[] done = new long[sizes.length];
    long place = 0;
    int empty = 0;
    for (ReadTask task : plan(checkpoint, splitBytes, 2)) {
      for (Split split : task.splits()) {
        int tensor = split.tensor().tensor();
        TensorEntry entry = checkpoint.tensors().get(tensor);
        assertThat(split.bytes()).isLessThanOrEqualTo(splitBytes);
        assertThat(split.offset()).isGreaterThanOrEqualTo(place);
        assertThat(split.offset()).isEqualTo(entry.slices().get(0).offset() + done[tensor]);
        assertThat(split.firstElement() * dtype.bits()).isEqualTo(done[tensor] * 8);
        done[tensor] += split.bytes();
        assertThat(split.bytesAfter()).isEqualTo(sizes[tensor] - done[tensor]);
        place = split.offset() + split.bytes();
        empty += split.bytes() == 0 ? 1 : 0;
      }
    }
    assertThat(done).isEqualTo(sizes);
    assertThat(empty).isEqualTo(2);
  }

  @Test
  void tensorsInSeveralPiecesHaveNoOrderDigest() {
    FileEntry file = new FileEntry("file:///m", "m", 200, false, true, "token");
    TensorEntry tensor =
        new TensorEntry(
            "t",
            DType.BF16,
            List.of(60L),
            60,
            120,
            List.of(new Slice(0, 100, 72), new Slice(0, 8, 48)));
    Shard shard = new Shard("m", file, ShardStatus.OK, null);
    Checkpoint checkpoint =
        new Checkpoint("file:///m", null, null, List.of(shard), List.of(tensor), List.of());
    List<Split> splits = plan(checkpoint, MIB, 1).get(0).splits();
    assertThat(splits).extracting(Split::offset).containsExactly(8L, 100L);
    assertThat(splits).extracting(Split::firstElement).containsExactly(36L, 0L);
    assertThat(splits).extracting(Split::bytesAfter).containsExactly(-1L, -1L);
  }

  /** Forty rows, of which one slice has the first 60 columns and the other 40, and a copy. */
  @Test
  void cutsOfAPlacedSliceKeepThePlacesOfTheirElements() {
    FileEntry file = new FileEntry("file:///m", "m", 20_000, false, true, "token");
    Slice left = new Slice(0, 0, 4800, null, 7, new Placement(0, 0, 60, 100));
    Slice right = new Slice(0, 4800, 3200, null, null, new Placement(0, 60, 40, 100));
    TensorEntry tensor =
        new TensorEntry(
            "t",
            DType.BF16,
            List.of(40L, 100L),
            4000,
            8000,
            List.of(left, right),
            List.of(List.of(new Slice(0, 8000, 8000, null, 9))));
    Shard shard = new Shard("m", file, ShardStatus.OK, null);
    Checkpoint checkpoint =
        new Checkpoint("file:///m", null, null, List.of(shard), List.of(tensor), List.of());
    BitSet seen = new BitSet();
    long copied = 0;
    long before = 4800;
    for (ReadTask task : plan(checkpoint, 1024, 2)) {
      for (Split split : task.splits()) {
        boolean whole = split.copy() == 1;
        assertThat(split.bytesAfter())
            .isEqualTo(
                whole
                    ? 16_000 - split.offset() - split.bytes()
                    : 8000 - 2 - 2 * split.indexInTensor(split.bytes() / 2 - 1));
        if (whole) {
          assertThat(split.checksum()).isEqualTo(new Split.Checksum(2, split.bytesAfter()));
          copied += split.bytes();
          continue;
        }
        if (split.offset() < 4800) {
          before -= split.bytes();
          assertThat(split.checksum()).isEqualTo(new Split.Checksum(0, before));
        } else {
          assertThat(split.checksum()).isNull();
        }
        for (int i = 0; i < split.bytes() / 2; i++) {
          int index = (int) split.indexInTensor(i);
          assertThat(seen.get(index)).isFalse();
          seen.set(index);
          assertThat(index % 100 < 60).isEqualTo(split.offset() < 4800);
        }
      }
    }
    assertThat(seen.nextClearBit(0)).isEqualTo(4000);
    assertThat(copied).isEqualTo(8000);
  }

  @Test
  void smallTensorsAreNotCutToFillATask() {
    List<ReadTask> tasks = plan(checkpoint(DType.BF16, equal(1000, MIB - 1008)), 256 * MIB, 2);
    assertThat(tasks.stream().mapToInt(task -> task.splits().size()).sum()).isEqualTo(1000);
  }

  @Test
  void aHundredThousandTensorsArePlannedInSeconds() throws Exception {
    Checkpoint checkpoint = checkpoint(DType.BF16, equal(100_000, 2048));
    List<ReadTask> tasks = CpuTime.within(5, () -> plan(checkpoint, 256 * MIB, 16));
    assertThat(tasks.stream().mapToInt(task -> task.splits().size()).sum()).isEqualTo(100_000);
    assertThat(tasks.size()).isLessThan(20);
  }

  @Test
  void splitsThatAreTooSmallAreRefused() {
    assertThatThrownBy(() -> new PlanSettings(1000, 2))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "Invalid split size: 1000 bytes is below 1024; use a larger --split-size such as 256MiB");
  }
}
