package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.compare.ElementImage;
import io.ckptaudit.job.compare.ElementOrder;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.plan.ElementLanes;
import io.ckptaudit.job.plan.ElementStretch;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.ElementDifferences;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One comparer for many stretches, some of which fail. */
class StretchComparerTest {

  private static final int BLOCK = 256 << 10;
  private static final int BYTES = 4 * BLOCK;
  private static final ElementImage SAME =
      new ElementImage(DType.BF16, null, null, DType.BF16, false);

  private static ElementOrder order() {
    return new ElementOrder("same", null, List.of(BYTES / 2L), List.of(0), 1, 0);
  }

  private static ElementStretch stretch(FileEntry left, FileEntry right) {
    return ElementStretch.whole(0, BYTES / 2, lanes(left), lanes(right));
  }

  private static ElementLanes lanes(FileEntry file) {
    Split split = new Split(new TensorId(0, 0), DType.BF16, file, 0, BYTES, 0, -1);
    return new ElementLanes(
        new ArrayList<>(List.of(new ElementLanes.Lane(1, new ArrayList<>(List.of(split))))));
  }

  /** The bytes of both files are the same, those of one come from another place at first. */
  @Test
  void whatAFailedStretchSawIsNotOfTheNextOne() throws IOException {
    AtomicInteger reads = new AtomicInteger();
    FakeFiles files =
        new FakeFiles(
            2 * BYTES,
            (position, bytes) -> {
              if (reads.incrementAndGet() == 5) {
                throw new IllegalStateException("a bug of a store's client");
              }
            });
    FileEntry file = files.file();
    Split shifted = new Split(new TensorId(0, 0), DType.BF16, file, 2, BYTES, 0, -1);
    ElementLanes moved =
        new ElementLanes(
            new ArrayList<>(List.of(new ElementLanes.Lane(1, new ArrayList<>(List.of(shifted))))));
    ElementOrder order = order();
    ReadPlan plan = new ReadPlan(ReadChoice.BUFFERED, BLOCK, 1);
    try (TaskMemory memory = TaskMemory.open("test");
        StretchComparer comparer =
            new StretchComparer(files, memory, plan, new KernelConversions())) {
      ElementStretch failing = ElementStretch.whole(0, BYTES / 2, lanes(file), moved);
      assertThatThrownBy(() -> comparer.compare(failing, SAME, order))
          .isInstanceOf(IllegalStateException.class);
      ElementDifferences found = comparer.compare(stretch(file, file), SAME, order);
      assertThat(found.elements()).isEqualTo(BYTES / 2);
      assertThat(found.different()).isZero();
    }
  }
}
