package io.ckptaudit.job.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.udfs.number.DType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Each element of a view is in the file where its strides say, if it is known where it is. */
class ViewAddressesTest {

  private static final long STORAGE_AT = 1000;

  private static TensorView view(long first, long[] size, long[] stride) {
    StorageRef storage = new StorageRef("float", "0", 1 << 20, 0, 1 << 20, 0);
    return new TensorView("x", storage, DType.F32, first, size, stride, 0);
  }

  /** Whether there was anything to prove. */
  private static boolean verify(TensorView view) {
    List<Slice> slices = ViewSlices.of(view, STORAGE_AT, false).orElseThrow();
    boolean placed =
        slices.stream().allMatch(s -> s.arrangement() == null || s.arrangement().isPlaced());
    if (placed) {
      int slice = 0;
      long before = 0;
      for (long element = 0; element < view.elements(); element++) {
        if (4 * element - before == slices.get(slice).elementBytes()) {
          before += slices.get(slice++).elementBytes();
        }
        assertThat(slices.get(slice).offsetOf(4 * element - before)).isEqualTo(at(view, element));
      }
    }
    return placed;
  }

  private static long at(TensorView view, long element) {
    long at = view.first();
    long rest = element;
    for (int axis = view.size().length - 1; axis >= 0; axis--) {
      at += rest % view.size()[axis] * view.stride()[axis];
      rest /= view.size()[axis];
    }
    return STORAGE_AT + 4 * at;
  }

  @Test
  void ofViewsThatUsersMake() {
    assertThat(verify(view(0, new long[] {10, 100}, new long[] {100, 1}))).isTrue();
    assertThat(verify(view(0, new long[] {10, 6}, new long[] {100, 1}))).isTrue();
    assertThat(verify(view(7, new long[] {10, 50}, new long[] {100, 2}))).isTrue();
    assertThat(verify(view(0, new long[] {4, 5, 6}, new long[] {900, 30, 1}))).isTrue();
    assertThat(verify(view(0, new long[] {3, 5, 6}, new long[] {90_000, 30, 2}))).isTrue();
    assertThat(verify(view(0, new long[] {100, 10}, new long[] {1, 100}))).isFalse();
  }

  @Test
  void ofAnyOthers() {
    Random random = new Random(20261128);
    int proven = 0;
    for (int i = 0; i < 3000; i++) {
      long[] size = new long[1 + random.nextInt(4)];
      long[] stride = new long[size.length];
      long step = 1 + random.nextInt(3);
      for (int axis = size.length - 1; axis >= 0; axis--) {
        size[axis] = 1 + random.nextInt(6);
        stride[axis] = random.nextInt(20) == 0 ? random.nextInt(9) : step;
        step *= size[axis] + (random.nextBoolean() ? 0 : random.nextInt(40));
      }
      proven += verify(view(random.nextInt(50), size, stride)) ? 1 : 0;
    }
    assertThat(proven).isGreaterThan(1000);
  }
}
