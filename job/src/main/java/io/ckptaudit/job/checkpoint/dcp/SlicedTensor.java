package io.ckptaudit.job.checkpoint.dcp;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** Makes one tensor of its parts, and says what is wrong with these. */
final class SlicedTensor {
  private static final String TODO = "download all files of the checkpoint again from one source";

  private final List<Part> parts;
  private final Part first;
  private final boolean all;
  private final PieceLimit limit;
  private final Problems problems;
  private boolean incomplete;

  /**
   * @param parts in the order of files
   * @param all whether all files could be read
   */
  SlicedTensor(List<Part> parts, boolean all, PieceLimit limit, Problems problems) {
    this.parts = parts;
    this.first = parts.get(0);
    this.all = all;
    this.limit = limit;
    this.problems = problems;
  }

  /** Whether slices are missing; known after {@link #entry}. */
  boolean isIncomplete() {
    return incomplete;
  }

  /**
   * The tensor with its own shape, if the slices cover it; else what there is of it, one slice
   * after the other without places.
   */
  TensorEntry entry() {
    List<Part> agreeing = agreeing();
    if (agreeing.stream().anyMatch(part -> part.begin() == null)) {
      return entry(
          null, agreeing.stream().map(part -> part.stored().unplaced()).toList(), List.of());
    }
    List<Long> shape = extent(agreeing);
    SortedMap<Box, List<Part>> boxes = new TreeMap<>(Box.ORDER);
    for (Part part : agreeing) {
      if (!part.box().isEmpty()) {
        boxes.computeIfAbsent(part.box(), none -> new ArrayList<>()).add(part);
      }
    }
    return boxes.isEmpty() ? empty(shape) : covered(shape, boxes);
  }

  /** Parts of the dtype and number of axes of the first. */
  private List<Part> agreeing() {
    List<Part> agreeing = new ArrayList<>();
    for (Part part : parts) {
      if (part.kind().equals(first.kind())) {
        agreeing.add(part);
      } else {
        problems.add(
            mismatch("Cannot put together the slices of tensor", part)
                .because(
                    "it is %s and that of %s at byte %d is %s; this slice is not audited",
                    part.kind(), Quoted.plain(first.file()), first.offset(), first.kind())
                .reference("fails")
                .todo(TODO));
      }
    }
    return agreeing;
  }

  private static Problem.Sentence mismatch(String what, Part part) {
    return Problem.error(FormatRule.SET_MISMATCH, what)
        .in(part.file())
        .tensor(part.entry().name())
        .at(part.offset());
  }

  /** As torch has it: the sizes of tensors are stated nowhere. */
  private static List<Long> extent(List<Part> parts) {
    List<Long> extent = new ArrayList<>(parts.get(0).entry().shape());
    for (Part part : parts) {
      for (int axis = 0; axis < extent.size(); axis++) {
        extent.set(axis, Math.max(extent.get(axis), part.box().end(axis)));
      }
    }
    return List.copyOf(extent);
  }

  private TensorEntry empty(List<Long> shape) {
    boolean whole = shape.contains(0L);
    if (!whole) {
      gap(shape, Collections.nCopies(shape.size(), 0L), first, 0);
    }
    return entry(whole ? shape : null, List.of(first.stored()), List.of());
  }

  private TensorEntry covered(List<Long> shape, SortedMap<Box, List<Part>> boxes) {
    List<Integer> axes = Tiling.cutAxes(shape, boxes.keySet());
    if (axes.size() > Tiling.MOST_AXES) {
      layout("it is cut along %s axes, and %s are followed", axes.size(), Tiling.MOST_AXES);
      return joined(null, boxes, SlicedTensor::unplaced);
    }
    Optional<Tiling.Fault> fault = Tiling.fault(shape, axes, boxes.keySet());
    if (fault.isEmpty()) {
      return axes.isEmpty()
          ? joined(shape, boxes, part -> List.of(part.stored()))
          : placed(shape, axes.get(axes.size() - 1), boxes);
    }
    if (fault.get().missing()) {
      gap(shape, fault.get().index(), before(fault.get().index(), boxes), elements(boxes.keySet()));
      return joined(null, boxes, SlicedTensor::unplaced);
    }
    return joined(null, new Overlaps(problems).without(boxes), SlicedTensor::unplaced);
  }

  private static List<Slice> unplaced(Part part) {
    return List.of(part.stored().unplaced());
  }

  private TensorEntry placed(List<Long> shape, int last, SortedMap<Box, List<Part>> boxes) {
    int bits = first.entry().dtype().bits();
    Layout layout = new Layout(shape, last, boxes.keySet());
    for (Map.Entry<Box, List<Part>> box : boxes.entrySet()) {
      if (!limit.take(layout.pieces(box.getKey(), bits) - 1, box.getValue().size())) {
        layout("its slice %s is of more runs than are followed", box.getKey().inWords());
        return joined(null, boxes, SlicedTensor::unplaced);
      }
    }
    return joined(shape, boxes, part -> layout.slices(part.box(), part.stored(), bits));
  }

  /**
   * @param shape null if it is not known
   */
  private TensorEntry joined(
      List<Long> shape, SortedMap<Box, List<Part>> boxes, Function<Part, List<Slice>> slices) {
    Replicas replicas = new Replicas(boxes, slices, problems);
    return entry(shape, replicas.slices(), replicas.copies());
  }

  private TensorEntry entry(List<Long> shape, List<Slice> slices, List<List<Slice>> copies) {
    long bytes = slices.stream().mapToLong(Slice::bytes).sum();
    long elements = bytes * Byte.SIZE / first.entry().dtype().bits();
    return new TensorEntry(
        first.entry().name(),
        first.entry().dtype(),
        shape == null ? List.of(elements) : shape,
        elements,
        bytes,
        slices,
        copies);
  }

  private static long elements(Collection<Box> boxes) {
    return boxes.stream().mapToLong(Box::elements).sum();
  }

  private void layout(String why, Object... values) {
    problems.add(
        Problem.info(FormatRule.SET_LAYOUT, "Cannot tell how the slices go together of tensor")
            .in(first.file())
            .tensor(first.entry().name())
            .at(first.offset())
            .because(why + "; its slices are counted in turn", values)
            .reference("loads it")
            .todo("consolidate the checkpoint with torch, if places in this tensor matter"));
  }

  /** The part that begins last before an index, or else the first. */
  private static Part before(List<Long> index, SortedMap<Box, List<Part>> boxes) {
    SortedMap<Box, List<Part>> before = boxes.headMap(new Box(index, List.of()));
    return boxes.get(before.isEmpty() ? boxes.firstKey() : before.lastKey()).get(0);
  }

  private static String shown(List<Long> numbers) {
    String all = numbers.stream().limit(10).toList().toString();
    return numbers.size() > 10 ? all + " and more" : all;
  }

  /** Where a file could not be read, it may hold what is missing, and has a problem of its own. */
  private void gap(List<Long> shape, List<Long> index, Part before, long there) {
    if (!all) {
      layout("a file could not be read that may have its element %s", shown(index));
      return;
    }
    incomplete = true;
    BigInteger elements =
        shape.stream().map(BigInteger::valueOf).reduce(BigInteger.ONE, BigInteger::multiply);
    problems.add(
        Problem.error(FormatRule.SET_GAP, "Cannot find all slices of tensor")
            .in(before.file())
            .tensor(before.entry().name())
            .at(before.offset())
            .because(
                "of %s elements of shape %s there are %d, and %s is the first that no file has",
                elements, shown(shape), there, shown(index))
            .reference("fails, or leaves what it has in their place")
            .todo(TODO));
  }
}
