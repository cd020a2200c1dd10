package io.ckptaudit.job.checkpoint.dcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.udfs.number.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tensors of slices that no small file has: very many, of many axes, again and again. */
class SlicedTensorTest {

  private final Problems problems = new Problems(null);
  private final PieceLimit limit = new PieceLimit();

  private static Part part(int file, List<Long> begin, List<Long> shape) {
    long elements = shape.stream().reduce(1L, (a, b) -> a * b);
    Slice slice = new Slice(0, 100L * file, 2 * elements);
    TensorEntry entry =
        new TensorEntry("w", DType.BF16, shape, elements, 2 * elements, List.of(slice));
    return new Part("file-" + file, file, entry, begin);
  }

  private TensorEntry entry(List<Part> parts) {
    return new SlicedTensor(parts, true, limit, problems).entry();
  }

  private List<String> messages() {
    return problems.all().stream().map(Problem::message).toList();
  }

  /** As many as a checkpoint of a hundred thousand tensors in 64 files has. */
  @Test
  void sixMillionSlicesTakeSeconds() throws Exception {
    List<Part> rows = new ArrayList<>();
    List<Part> columns = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      rows.add(part(i, List.of(128L * i, 0L), List.of(128L, 8192L)));
      columns.add(part(i, List.of(0L, 128L * i), List.of(8192L, 128L)));
    }
    CpuTime.within(
        60,
        () -> {
          for (int i = 0; i < 50_000; i++) {
            assertThat(entry(rows).elements()).isEqualTo(8192L * 8192L);
            assertThat(entry(columns).slices()).hasSize(64);
          }
          return 1;
        });
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void slicesInTensThousandsAreNotHeldAgainstEachOther() throws Exception {
    List<Part> overlapping = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      overlapping.add(part(i, List.of((long) i), List.of(2L)));
    }
    CpuTime.within(10, () -> entry(overlapping).elements());
    assertThat(messages())
        .contains(
            "Cannot tell which are the values of tensor 'w' in file-0 at byte 0: 50000 slices"
                + " overlap; only this one is audited; do not trust the files; get them again from"
                + " one source");
    assertThat(messages()).hasSize(2);
  }

  @Test
  void aCopyOfOneSliceIsFilledUpOnce() {
    List<Part> parts = new ArrayList<>();
    parts.add(part(0, List.of(0L), List.of(100L)));
    parts.add(part(1, List.of(100L), List.of(10L)));
    for (int i = 2; i < 5; i++) {
      parts.add(part(i, List.of(100L), List.of(10L)));
    }
    TensorEntry entry = entry(parts);
    assertThat(entry.shape()).containsExactly(110L);
    assertThat(entry.copies()).hasSize(1);
    assertThat(entry.copies().get(0)).extracting(Slice::shard).containsExactly(0, 2);
    assertThat(messages())
        .containsExactly(
            "Cannot compare all copies of slices of tensor 'w' in file-3 at byte 300: some are there"
                + " more than 2 times, and others are not; do not trust the files; get them again"
                + " from one source");
  }

  @Test
  void cutAlongTooManyAxesItIsCountedInTurn() {
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < 1 << 7; i++) {
      List<Long> begin = new ArrayList<>();
      for (int axis = 0; axis < 7; axis++) {
        begin.add((long) (i >> axis & 1));
      }
      parts.add(part(i, begin, Collections.nCopies(7, 1L)));
    }
    TensorEntry entry = entry(parts);
    assertThat(entry.shape()).containsExactly(128L);
    assertThat(messages())
        .containsExactly(
            "Cannot tell how the slices go together of tensor 'w' in file-0 at byte 0: it is cut"
                + " along 7 axes, and 6 are followed; its slices are counted in turn; consolidate"
                + " the checkpoint with torch, if places in this tensor matter");
  }

  @Test
  void ofMorePiecesThanAreFollowedItIsCountedInTurn() {
    List<Long> shape = List.of(1L << 20, 1L, 2L);
    List<Part> parts = new ArrayList<>();
    for (long i = 0; i < 4; i++) {
      parts.add(part((int) i, List.of(0L, i / 2, i % 2 * 2), shape));
    }
    TensorEntry entry = entry(parts);
    assertThat(entry.slices()).hasSize(4).extracting(Slice::placement).containsOnlyNulls();
    assertThat(messages())
        .containsExactly(
            "Cannot tell how the slices go together of tensor 'w' in file-0 at byte 0: its slice"
                + " [0:1048576, 0:1, 2:4] is of more runs than are followed; its slices are counted"
                + " in turn; consolidate the checkpoint with torch, if places in this tensor matter");
  }

  @Test
  void whereAFileCouldNotBeReadAGapIsNoFault() {
    List<Part> parts = List.of(part(0, List.of(2L), List.of(2L)));
    SlicedTensor tensor = new SlicedTensor(parts, false, limit, problems);
    assertThat(tensor.entry().shape()).containsExactly(2L);
    assertThat(tensor.isIncomplete()).isFalse();
    assertThat(messages())
        .containsExactly(
            "Cannot tell how the slices go together of tensor 'w' in file-0 at byte 0: a file could"
                + " not be read that may have its element [0]; its slices are counted in turn;"
                + " consolidate the checkpoint with torch, if places in this tensor matter");
  }

  @Test
  void slicesWithoutElementsAreNoPartOfIt() {
    TensorEntry entry =
        entry(
            List.of(
                part(0, List.of(4L), List.of(0L)),
                part(1, List.of(2L), List.of(2L)),
                part(2, List.of(0L), List.of(2L))));
    assertThat(entry.shape()).containsExactly(4L);
    assertThat(entry.slices()).extracting(Slice::shard).containsExactly(2, 1);
    assertThat(entry.slices())
        .extracting(Slice::placement)
        .containsExactly(new Placement(0, 0, 1, 1), new Placement(0, 2, 1, 1));
    TensorEntry empty = entry(List.of(part(0, List.of(0L, 0L), List.of(0L, 3L))));
    assertThat(empty.shape()).containsExactly(0L, 3L);
    assertThat(empty.elements()).isZero();
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void nothingButSlicesWithoutElementsMayStillBeAGap() {
    entry(List.of(part(0, List.of(5L, 0L), List.of(0L, 3L))));
    assertThat(messages())
        .containsExactly(
            "Cannot find all slices of tensor 'w' in file-0 at byte 0: of 15 elements of shape [5, 3]"
                + " there are 0, and [0, 0] is the first that no file has; download all files of the"
                + " checkpoint again from one source");
  }
}
