package io.ckptaudit.job.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Arrangement;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.udfs.number.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TaskPartsTest {

  private static final long MANY = 1L << 40;
  private static final FileEntry A = file("a");
  private static final FileEntry B = file("b");

  private static FileEntry file(String name) {
    return new FileEntry("s3a://bucket/" + name, name, 1L << 40, false, true, "");
  }

  private static Split split(int tensor, FileEntry file, long offset, long bytes) {
    return new Split(new TensorId(0, tensor), DType.BF16, file, offset, bytes, 0, 0);
  }

  private static List<List<Long>> lengths(List<List<Split>> parts) {
    return parts.stream().map(part -> part.stream().map(Split::bytes).toList()).toList();
  }

  @Test
  void neighboursShareAPartAndLongSplitsAreCutBetweenElementsOfAnyDtype() {
    List<Split> splits =
        List.of(split(0, A, 8, 100), split(1, A, 108, 2500), split(2, A, 2608, 40));
    List<List<Split>> parts = TaskParts.of(splits, 1024, MANY);
    assertThat(lengths(parts))
        .containsExactly(List.of(100L, 888L), List.of(1008L), List.of(604L, 40L));
    Split second = parts.get(1).get(0);
    assertThat(second.offset()).isEqualTo(108 + 888);
    assertThat(second.firstElement()).isEqualTo(444);
    assertThat(second.bytesAfter()).isEqualTo(604);
  }

  /** Each piece costs a state. */
  @Test
  void aPartIsNotFilledUpWithLittle() {
    List<Split> splits = List.of(split(0, A, 0, 900), split(1, A, 900, 500));
    assertThat(lengths(TaskParts.of(splits, 1024, MANY)))
        .containsExactly(List.of(900L), List.of(500L));
  }

  @Test
  void aHoleAnotherFileAndAWayBackBeginAPart() {
    long hole = TaskParts.GAP;
    List<Split> splits =
        List.of(
            split(0, A, 0, 10),
            split(1, A, 10 + hole, 10),
            split(2, A, 21 + 2 * hole, 10),
            split(3, B, 31 + 2 * hole, 10),
            split(4, B, 31 + 2 * hole, 10),
            split(5, B, 41 + 2 * hole, 0));
    assertThat(lengths(TaskParts.of(splits, 1 << 20, MANY)))
        .containsExactly(List.of(10L, 10L), List.of(10L), List.of(10L), List.of(10L, 0L));
  }

  /** A tensor of little more than a state has one as large, and each has some overhead. */
  @Test
  void outcomesOfAPartTakeAtMostSoMuch() {
    List<Split> splits = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      splits.add(split(i, A, 2L * i, 2));
    }
    assertThat(TaskParts.of(splits, 1 << 20, 3 * 1026))
        .extracting(List::size)
        .containsExactly(3, 3, 1);
    List<Split> large =
        List.of(
            split(0, A, 0, 30 << 20), split(1, A, 30 << 20, 20 << 20), split(2, A, 50 << 20, 2));
    assertThat(TaskParts.of(large, 1 << 30, 1 << 20)).extracting(List::size).containsExactly(1, 2);
  }

  @Test
  void whatIsNotOneRunStaysWhole() {
    Arrangement columns = new Arrangement(1, true, 1, 8, List.of(new Arrangement.Axis(1000, 32)));
    Split strided =
        new Split(new TensorId(0, 0), 0, DType.BF16, A, 0, 31_976, 0, -1, columns, null, null);
    assertThat(TaskParts.of(List.of(strided), 1024, MANY)).containsExactly(List.of(strided));
  }

  /** 10^12 bytes of one tensor: nothing wraps. */
  @Test
  void everyByteIsInOnePart() {
    Random random = new Random(5);
    List<Split> splits = new ArrayList<>();
    long place = 0;
    for (int i = 0; i < 300; i++) {
      long bytes = i == 100 ? 1_000_000_000_000L : 2L * random.nextInt(3_000_000);
      splits.add(split(i, i < 200 ? A : B, place, bytes));
      place += bytes + random.nextInt(3) * 12_000L;
    }
    List<List<Split>> parts = TaskParts.of(splits, 1L << 28, MANY);
    List<Split> cut = parts.stream().flatMap(List::stream).toList();
    int at = 0;
    for (Split split : splits) {
      long end = split.offset();
      do {
        Split piece = cut.get(at++);
        assertThat(piece.tensor()).isEqualTo(split.tensor());
        assertThat(piece.offset()).isEqualTo(end);
        assertThat(piece.firstElement()).isEqualTo((end - split.offset()) / 2);
        assertThat(piece.bytesAfter())
            .isEqualTo(split.offset() + split.bytes() - end - piece.bytes());
        end += piece.bytes();
      } while (end < split.offset() + split.bytes());
    }
    assertThat(at).isEqualTo(cut.size());
    for (List<Split> part : parts) {
      Split last = part.get(part.size() - 1);
      assertThat(last.offset() + last.bytes() - part.get(0).offset()).isLessThanOrEqualTo(1L << 28);
    }
  }
}
