package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.testing.SeededCases;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Wide states of tensors and of their parts, counted as splits are. */
final class WideParts {

  static final Set<Target> ALL = EnumSet.allOf(Target.class);

  private WideParts() {}

  static WideCounts of(DType dtype, double... tensor) {
    return part(dtype, tensor, 0, tensor.length, ALL, new KernelConversions());
  }

  static WideCounts part(
      DType dtype,
      double[] tensor,
      int from,
      int to,
      Set<Target> targets,
      ConversionFunctions functions) {
    int width = dtype.bits() / Byte.SIZE;
    try (SplitCounter counter = new SplitCounter(dtype, functions, targets);
        TaskMemory memory = TaskMemory.open("wide part");
        Span span = memory.allocate(Math.max(1, width * (to - from)))) {
      for (int i = from; i < to; i++) {
        if (width == Float.BYTES) {
          span.view().putFloat(width * (i - from), (float) tensor[i]);
        } else {
          span.view().putDouble(width * (i - from), tensor[i]);
        }
      }
      counter.add(span, width * (to - from));
      return (WideCounts) counter.finish(from, (long) width * (tensor.length - to));
    }
  }

  /** The parts of a tensor, cut anywhere. */
  static List<TensorState> cut(DType dtype, double[] tensor, SeededCases cases) {
    List<TensorState> parts = new ArrayList<>();
    int from = 0;
    for (int to : cases.cuts(tensor.length)) {
      parts.add(part(dtype, tensor, from, to, ALL, new KernelConversions()));
      from = to;
    }
    return parts;
  }

  /** Values of a dtype, in one of several moods; whole numbers of 2^-160, if asked. */
  static double[] values(DType dtype, int length, SeededCases cases, boolean coarse) {
    int mood = cases.below(9);
    double[] values = new double[length];
    for (int i = 0; i < length; i++) {
      double any =
          switch (mood) {
            case 0 -> Float.intBitsToFloat(cases.random().nextInt());
            case 1 -> cases.random().nextGaussian() * 0.02;
            case 2 -> cases.random().nextGaussian() * 1e-6;
            case 3 -> Float.intBitsToFloat(cases.random().nextInt() & 0xFFFF0000);
            case 4 -> cases.below(3) == 0 ? 1.0 : cases.doubleBetween(-100, 100);
            case 5 -> near(cases);
            case 6 -> Float.intBitsToFloat(cases.random().nextInt() & 0x80FFFFFF);
            case 7 -> cases.doubleBetween(7, 18);
            default -> dtype == DType.F64 && !coarse ? cases.anyDouble() : -0.0;
          };
      boolean tooFine = coarse && Math.abs(any) < 0x1p-100 && (float) any != any;
      values[i] = dtype == DType.F32 || tooFine ? (float) any : any;
    }
    return values;
  }

  private static double near(SeededCases cases) {
    double[] limits = {
      65520, 65504, 464, 448, 57344, 61440, 0x1p-25, 0x1p-14, 0x1p-10, 0x1p-17, 1 + 0x1p-8, 1
    };
    double limit = limits[cases.below(limits.length)];
    double value = limit + limit * (cases.below(5) - 2) * Math.scalb(1.0, -cases.below(50));
    return cases.below(2) == 0 ? value : -value;
  }
}
