package io.ckptaudit.job.checkpoint.meta;

import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Puts the parts of a tensor together, all of one dtype and shape, in the order of ranks. */
final class WholeTensor {
  private final List<RankPart> parts;
  private final TensorEntry first;

  private WholeTensor(List<RankPart> parts) {
    this.parts = parts;
    this.first = parts.get(0).entry();
  }

  /** A tensor of which each part is a copy. */
  static TensorEntry copied(List<RankPart> parts) {
    TensorEntry first = parts.get(0).entry();
    return new TensorEntry(
        first.name(),
        first.dtype(),
        first.shape(),
        first.elements(),
        first.bytes(),
        first.slices(),
        parts.stream().skip(1).map(RankPart::slices).toList());
  }

  /** A tensor that is cut along an axis, with all of its parts. */
  static TensorEntry joined(List<RankPart> parts, int axis) {
    WholeTensor whole = new WholeTensor(parts);
    boolean any = whole.first.elements() > 0;
    return whole.entry(axis, any ? whole.placed(axis) : whole.slices().toList());
  }

  /** The same where parts are missing, or it is not known how they go together. */
  static TensorEntry gathered(List<RankPart> parts, int axis) {
    WholeTensor whole = new WholeTensor(parts);
    return whole.entry(axis, whole.slices().map(Slice::unplaced).toList());
  }

  private Stream<Slice> slices() {
    return parts.stream().flatMap(part -> part.slices().stream());
  }

  /** Parts of rows are all of some, those of columns some of all. */
  private List<Slice> placed(int axis) {
    long row = 1;
    for (long dimension :
        first.shape().subList(Math.min(1, first.shape().size()), first.shape().size())) {
      row *= dimension;
    }
    long stride = axis == 0 ? row : row * parts.size();
    long step = axis == 0 ? first.elements() : row;
    List<Slice> placed = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      long before = 0;
      for (Slice slice : parts.get(i).slices()) {
        placed.add(slice.placed(new Placement(before, i * step, row, stride)));
        before += slice.elementBytes() * Byte.SIZE / first.dtype().bits();
      }
    }
    return placed;
  }

  private TensorEntry entry(int axis, List<Slice> slices) {
    return new TensorEntry(
        first.name(),
        first.dtype(),
        shape(axis),
        first.elements() * parts.size(),
        first.bytes() * parts.size(),
        slices);
  }

  /** Scalars make a vector. */
  private List<Long> shape(int axis) {
    List<Long> shape = new ArrayList<>(first.shape().isEmpty() ? List.of(1L) : first.shape());
    long along = shape.get(axis);
    boolean fits = along <= Long.MAX_VALUE / parts.size();
    shape.set(axis, fits ? (Long) (along * parts.size()) : (Long) Long.MAX_VALUE);
    return List.copyOf(shape);
  }
}
