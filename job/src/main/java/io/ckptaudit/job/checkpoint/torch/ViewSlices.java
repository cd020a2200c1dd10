package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.Arrangement;
import io.ckptaudit.job.checkpoint.Arrangement.Axis;
import io.ckptaudit.job.checkpoint.Slice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a view into slices whose runs ascend in the file. Axes of stride 0 only repeat; the others
 * are put in the order of their strides, so that a transposed matrix is read front to back; what
 * lies dense becomes one run. An axis that steps back into what was read, or far ahead, becomes
 * slices of its own.
 */
final class ViewSlices {
  private static final long MOST_SLICES = 4096;

  /** Bytes that are rather left out than read. */
  private static final long FAR = 256 << 10;

  private final int width;
  private final int swapped;
  private final List<Axis> axes = new ArrayList<>();
  private final List<Axis> apart = new ArrayList<>();
  private long repeats = 1;
  private boolean inOrder;
  private long run;

  private ViewSlices(TensorView view, boolean bigEndian) {
    this.width = view.elementBytes();
    this.swapped = bigEndian ? TorchDtypes.numberBytes(view.dtype()) : 1;
    this.run = width;
    List<Axis> logical = new ArrayList<>();
    for (int i = 0; i < view.size().length; i++) {
      if (view.stride()[i] == 0) {
        repeats *= view.size()[i];
      } else if (view.size()[i] > 1) {
        logical.add(new Axis(view.size()[i], view.stride()[i] * width));
      }
    }
    axes.addAll(logical);
    axes.sort(Comparator.comparingLong(Axis::stride).reversed().thenComparingLong(Axis::count));
    inOrder = repeats == 1 && axes.equals(logical);
  }

  /**
   * @param view with elements, proven to lie in its storage, which starts at a place of the file
   * @return empty if its elements overlap more often than is followed
   */
  static Optional<List<Slice>> of(TensorView view, long storageOffset, boolean bigEndian) {
    ViewSlices slices = new ViewSlices(view, bigEndian);
    slices.joinDense();
    slices.setApart();
    return slices.slices(storageOffset + view.first() * slices.width);
  }

  /** Whether elements of it share bytes. */
  static boolean repeats(TensorView view) {
    ViewSlices slices = new ViewSlices(view, false);
    slices.joinDense();
    slices.setApart();
    return slices.repeats > 1 || slices.overlaps();
  }

  private boolean overlaps() {
    return apart.stream().anyMatch(axis -> axis.stride() < extent());
  }

  private void joinDense() {
    while (!axes.isEmpty() && innermost().stride() == run) {
      run *= axes.remove(axes.size() - 1).count();
    }
    for (int i = axes.size() - 2; i >= 0; i--) {
      Axis outer = axes.get(i);
      Axis inner = axes.get(i + 1);
      if (outer.stride() == inner.stride() * inner.count()) {
        axes.set(i, new Axis(outer.count() * inner.count(), inner.stride()));
        axes.remove(i + 1);
      }
    }
  }

  private Axis innermost() {
    return axes.get(axes.size() - 1);
  }

  private void setApart() {
    long extent = run;
    for (int i = axes.size() - 1; i >= 0; i--) {
      Axis axis = axes.get(i);
      if (axis.stride() < extent) {
        apart.add(0, axes.remove(i));
        inOrder = false;
      } else {
        extent += (axis.count() - 1) * axis.stride();
      }
    }
    while (!axes.isEmpty()
        && isFar(axes.get(0))
        && sliceCount() * axes.get(0).count() <= MOST_SLICES) {
      apart.add(axes.remove(0));
    }
  }

  private boolean isFar(Axis outermost) {
    long inside = run;
    for (Axis axis : axes.subList(1, axes.size())) {
      inside += (axis.count() - 1) * axis.stride();
    }
    return outermost.stride() - inside >= FAR;
  }

  /** More than {@link #MOST_SLICES} is any number beyond it. */
  private long sliceCount() {
    long count = 1;
    for (Axis axis : apart) {
      if (axis.count() > MOST_SLICES || count > MOST_SLICES) {
        return MOST_SLICES + 1;
      }
      count *= axis.count();
    }
    return count;
  }

  private long extent() {
    long extent = run;
    for (Axis axis : axes) {
      extent += (axis.count() - 1) * axis.stride();
    }
    return extent;
  }

  private Optional<List<Slice>> slices(long offset) {
    long count = sliceCount();
    if (count > MOST_SLICES) {
      return Optional.empty();
    }
    Arrangement arrangement =
        new Arrangement(swapped, inOrder, repeats, axes.isEmpty() ? 0 : run, axes).orNull();
    List<Slice> slices = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      long at = offset;
      long rest = i;
      for (int k = apart.size() - 1; k >= 0; k--) {
        at += rest % apart.get(k).count() * apart.get(k).stride();
        rest /= apart.get(k).count();
      }
      slices.add(new Slice(0, at, extent(), arrangement, null));
    }
    return Optional.of(slices);
  }
}
