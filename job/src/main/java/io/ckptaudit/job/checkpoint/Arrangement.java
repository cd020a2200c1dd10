package io.ckptaudit.job.checkpoint;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * How the elements of a slice lie in its bytes, where that is not simply one after the other:
 * nested axes over runs of elements.
 *
 * @param swapped bytes of a number that stand in reverse order, 2, 4 or 8; 1 if none do
 * @param inOrder whether the elements ascend in the order of the tensor, each once
 * @param repeats how often each element is in the tensor; at least 1
 * @param runBytes of elements that follow one another; 0 where all of them do and there is no axis
 * @param axes outermost first; each stride is at least as long as what it steps over, so the runs
 *     ascend and do not overlap
 */
public record Arrangement(
    int swapped, boolean inOrder, long repeats, long runBytes, List<Axis> axes)
    implements Serializable {

  static final Arrangement ONE_RUN = new Arrangement(1, true, 1, 0, List.of());

  /**
   * @param count at least 2
   * @param stride in bytes
   */
  public record Axis(long count, long stride) implements Serializable {}

  public Arrangement {
    axes = List.copyOf(axes);
  }

  /** Whether all bytes of the slice are elements. */
  public boolean isOneRun() {
    return axes.isEmpty();
  }

  /** Whether an index or a digest of the order means something. */
  public boolean isPlaced() {
    return inOrder && repeats == 1;
  }

  /** The same where the order of the tensor is not known. */
  Arrangement withoutOrder() {
    return new Arrangement(swapped, false, repeats, runBytes, axes);
  }

  /** Bytes of the elements in a slice, each once. */
  public long elementBytes(long sliceBytes) {
    long bytes = isOneRun() ? sliceBytes : runBytes;
    for (Axis axis : axes) {
      bytes *= axis.count();
    }
    return bytes;
  }

  /**
   * Where in the slice a byte of its elements lies, which follow one another there; both from 0.
   */
  long positionOf(long elementByte) {
    if (isOneRun()) {
      return elementByte;
    }
    long run = elementByte / runBytes;
    long position = elementByte % runBytes;
    for (int i = axes.size() - 1; i >= 0; i--) {
      position += run % axes.get(i).count() * axes.get(i).stride();
      run /= axes.get(i).count();
    }
    return position;
  }

  /** From the first to the last byte of one step of the outermost axis. */
  public long stepExtent() {
    long extent = runBytes;
    for (Axis axis : axes.subList(1, axes.size())) {
      extent += (axis.count() - 1) * axis.stride();
    }
    return extent;
  }

  /** The same for so many steps of the outermost axis. */
  public Arrangement ofSteps(long steps) {
    List<Axis> fewer = new ArrayList<>(axes);
    Axis outermost = fewer.remove(0);
    if (steps > 1) {
      fewer.add(0, new Axis(steps, outermost.stride()));
    }
    return new Arrangement(swapped, inOrder, repeats, fewer.isEmpty() ? 0 : runBytes, fewer);
  }

  /** This, or null if the elements simply follow one another after all. */
  public Arrangement orNull() {
    return swapped == 1 && isPlaced() && isOneRun() ? null : this;
  }
}
