package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Role;
import io.ckptaudit.udfs.state.SliceMagnitudes;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;

/**
 * Tensors whose slices along the first axis are something by themselves: the rows of an embedding
 * or head, a token each, and the experts of a fused tensor.
 */
public final class Slices {

  /** Fewer have no median to speak of. */
  static final int FEWEST = 4;

  /** More are not looked at: no vocabulary has as many. */
  static final long MOST = 1 << 20;

  /** Slices that a finding names. */
  private static final int LISTED = 10;

  private final TensorSubject subject;
  private final double[] magnitudes;

  Slices(TensorSubject subject, SliceMagnitudes slices) {
    this.subject = subject;
    this.magnitudes = IntStream.range(0, slices.end()).mapToDouble(slices::largest).toArray();
  }

  /** Elements of a slice, if slices of the tensor say something. */
  public static OptionalLong lengthIn(TensorSubject subject) {
    List<Long> shape = subject.entry().shape();
    // The role is asked for last: it is many comparisons.
    return subject.entry().dtype().isFloating()
            && subject.entry().elements() > 0
            && shape.size() > 1
            && shape.get(0) >= FEWEST
            && shape.get(0) <= MOST
            && (isRows(subject) || isExperts(subject))
        ? OptionalLong.of(subject.entry().elements() / shape.get(0))
        : OptionalLong.empty();
  }

  static boolean isRows(TensorSubject subject) {
    if (subject.entry().shape().size() != 2) {
      return false;
    }
    Role role = subject.name().role();
    return role == Role.EMBED || role == Role.HEAD;
  }

  /** All experts of a layer in one tensor of three dimensions. */
  private static boolean isExperts(TensorSubject subject) {
    return subject.entry().shape().size() == 3
        && CheckpointFacts.EXPERTS.contains(subject.name().role())
        && !CheckpointFindings.isNumbered(subject.entry().name());
  }

  int count() {
    return magnitudes.length;
  }

  /** The largest magnitude in a slice; NaN where something is not finite. */
  double magnitude(int slice) {
    return magnitudes[slice];
  }

  /** Of the slices that are finite and not all zero, the upper one of two; 0 if there are none. */
  double median() {
    double[] some = Arrays.stream(magnitudes).filter(magnitude -> magnitude > 0).sorted().toArray();
    return some.length == 0 ? 0 : some[some.length / 2];
  }

  /** Index in the tensor of the first element of a slice. */
  long firstElement(int slice) {
    return slice * (subject.entry().elements() / magnitudes.length);
  }

  /** Of some slices, the first few with the offsets of their first bytes. */
  LinkedHashMap<String, Long> offsets(int[] slices) {
    LinkedHashMap<String, Long> offsets = new LinkedHashMap<>();
    Arrays.stream(slices)
        .limit(LISTED)
        .forEach(slice -> offsets.put("" + slice, subject.at(firstElement(slice)).offset()));
    return offsets;
  }

  int[] where(DoublePredicate test) {
    return IntStream.range(0, magnitudes.length)
        .filter(slice -> test.test(magnitudes[slice]))
        .toArray();
  }
}
