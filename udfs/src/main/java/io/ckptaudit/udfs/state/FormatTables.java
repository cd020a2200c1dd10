package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * All that is known of the codes of one source format: their values, and a {@link ConversionTable}
 * per target. F16 and BF16 must be among the targets: the lattice columns follow from them.
 */
public final class FormatTables {

  private final FloatFormat format;
  private final double[] values;
  private final short[] magnitudeBins;
  private final Map<Target, ConversionTable> tables = new EnumMap<>(Target.class);

  /**
   * @param values of the codes, as the conversion function to F32 gave them
   * @param results codes of the cast to each target, by source code
   */
  public FormatTables(FloatFormat format, double[] values, Map<Target, int[]> results) {
    if (!results.keySet().containsAll(Set.of(Target.F16, Target.BF16))) {
      throw new IllegalArgumentException(
          "Cannot tabulate " + format + " without casts to F16 and BF16: they tell the lattices");
    }
    this.format = format;
    this.values = values.clone();
    this.magnitudeBins = magnitudeBins(this.values);
    results.forEach(
        (target, codes) ->
            tables.put(target, new ConversionTable(target, this.values, codes.clone())));
  }

  private static short[] magnitudeBins(double[] values) {
    short[] bins = new short[values.length];
    for (int code = 0; code < values.length; code++) {
      double value = values[code];
      boolean inBinade = Double.isFinite(value) && value != 0;
      bins[code] = inBinade ? (short) Binade.of(value) : ConversionTable.NO_BIN;
    }
    return bins;
  }

  public FloatFormat format() {
    return format;
  }

  public Set<Target> targets() {
    return tables.keySet();
  }

  ConversionTable table(Target target) {
    ConversionTable table = tables.get(target);
    if (table == null) {
      throw new IllegalArgumentException(
          "No table of casts from "
              + format
              + " to "
              + target
              + ", only to "
              + tables.keySet()
              + "; make the tables with this target");
    }
    return table;
  }

  int codes() {
    return values.length;
  }

  /** The value of a code; NaN for all NaNs. */
  public double value(int code) {
    return values[code];
  }

  /** The code that the cast of a code to a target gives. */
  public int result(Target target, int code) {
    return table(target).result(code);
  }

  /** floor(log2 |value|), or {@link ConversionTable#NO_BIN} for zero and what is not finite. */
  short magnitudeBin(int code) {
    return magnitudeBins[code];
  }
}
