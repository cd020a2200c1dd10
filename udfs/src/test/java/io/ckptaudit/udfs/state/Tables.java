package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** Tables made by the reference casts of the number room: no Arrow, no kernel. */
final class Tables {

  private static final Map<FloatFormat, FormatTables> MADE = new ConcurrentHashMap<>();

  private Tables() {}

  static FormatTables of(FloatFormat format) {
    return MADE.computeIfAbsent(format, Tables::make);
  }

  static Map<FloatFormat, FormatTables> of(List<CodeCounts> states) {
    states.forEach(state -> of(state.dtype().format()));
    return MADE;
  }

  private static FormatTables make(FloatFormat format) {
    double[] values = values(format);
    Map<Target, int[]> results = new EnumMap<>(Target.class);
    for (Target target : Target.values()) {
      results.put(target, cast(values, target));
    }
    return new FormatTables(format, values, results);
  }

  static double[] values(FloatFormat format) {
    return IntStream.range(0, format.codes()).mapToDouble(format::decode).toArray();
  }

  static int[] cast(double[] values, Target target) {
    return Arrays.stream(values).mapToInt(value -> (int) target.cast(value)).toArray();
  }
}
