package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.kernel.Kernels;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.FormatTables;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;

/**
 * Makes the tables that figures follow from, by running the conversion functions over an Arrow
 * vector of all codes. Made once per JVM, set of functions, and set of targets.
 */
public final class ConversionTables {

  private ConversionTables() {}

  /**
   * Tables of a format that is counted by code, for some targets and always F16 and BF16.
   *
   * @throws IllegalStateException if the kernels, which by now are compiled code, are wrong
   */
  public static FormatTables of(
      FloatFormat format, Set<Target> targets, ConversionFunctions functions) {
    if (!(functions instanceof KernelConversions)) {
      return made(format, targets, functions);
    }
    // Both take as long.
    Kernels.beginToVerify();
    FormatTables tables = made(format, targets, functions);
    Kernels.verify();
    return tables;
  }

  private static FormatTables made(
      FloatFormat format, Set<Target> targets, ConversionFunctions functions) {
    try (BufferAllocator allocator = ArrowMemory.child("tables of " + format);
        BaseFixedWidthVector codes = CodeVectors.all(format, allocator);
        Float4Vector floats = (Float4Vector) CodeVectors.create(FloatFormat.F32, allocator)) {
      functions.toFloat(format, codes, floats);
      Map<Target, int[]> results = new EnumMap<>(Target.class);
      Set<Target> all = EnumSet.of(Target.F16, Target.BF16);
      all.addAll(targets);
      for (Target target : all) {
        results.put(target, cast(target, floats, functions, allocator));
      }
      return new FormatTables(format, values(floats), results);
    }
  }

  private static int[] cast(
      Target target,
      Float4Vector floats,
      ConversionFunctions functions,
      BufferAllocator allocator) {
    if (target == Target.F32) {
      return bits(floats);
    }
    try (BaseFixedWidthVector codes = CodeVectors.create(target.format(), allocator)) {
      functions.fromFloat(target, floats, codes);
      int[] results = new int[floats.getValueCount()];
      for (int i = 0; i < results.length; i++) {
        results[i] = CodeVectors.code(codes, i);
      }
      return results;
    }
  }

  private static int[] bits(Float4Vector floats) {
    int[] bits = new int[floats.getValueCount()];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(floats.get(i));
    }
    return bits;
  }

  private static double[] values(Float4Vector floats) {
    double[] values = new double[floats.getValueCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats.get(i);
    }
    return values;
  }
}
