package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;

/**
 * The byte layout of wide counts, after the header of {@link StateFormat}.
 *
 * <pre>
 * varint ×3   index in the tensor of the first minimum, maximum and element that is not finite, each
 *             plus one; 0: none
 * codes       BF16 codes, as in code counts
 * varint      NaNs whose payload BF16 cannot hold
 * moments     of positive values
 * moments     of negative values
 * if any:
 * 8 bytes ×3  smallest and largest value and smallest magnitude, as doubles, little-endian
 * counts      by trailing zeros, for each binade that has values, ascending
 * varint      number of targets, then for each, in the order of their names:
 *   name      length byte and ASCII
 *   codes     of results, only for targets of at most 16 bits
 *   varint ×2 underflow, subnormal
 *   moments   of values lost
 *   moments   of values clipped
 *   varint    number of binades with residuals; for each: varint binade step, counts, sum, sum of
 *             squares, varint largest, varint ×2 r and m of the largest share
 *   far       varint count; if not 0: sum, sum of squares, bins ×3, doubles ×6 (three witnesses)
 *
 * moments     varint number of binades; for each: varint step, varint count, sum, sum of squares
 * step        binade − previous − 1; the previous of the first is the lowest binade − 1
 * counts      varint mask of those that are not 0, then each as a varint; 62 to a mask
 * bins        varint number; for each: varint bin − previous − 1, varint count; from −2200 on
 * sum         varint length, then that many bytes, big-endian, without leading zeros
 * </pre>
 */
final class WideStateFormat {

  static final int LOWEST_BIN = -2200;

  private static final Comparator<Target> BY_NAME = Comparator.comparing(Target::name);

  private final StateOutput out;

  private WideStateFormat(StateOutput out) {
    this.out = out;
  }

  static byte[] write(WideCounts state) {
    WideStateFormat format = new WideStateFormat(StateFormat.header(StateFormat.WIDE, state));
    StateFormat.writeIndices(format.out, state);
    StateFormat.writeCodes(format.out, state.bf16());
    format.writeValues(state.values());
    List<Target> targets = targetsByName(state);
    format.out.writeVarint(targets.size());
    targets.forEach(target -> format.writeCast(state.cast(target)));
    return format.out.toBytes();
  }

  private static List<Target> targetsByName(WideCounts state) {
    List<Target> targets = new ArrayList<>(state.targets());
    targets.sort(BY_NAME);
    return targets;
  }

  private void writeValues(WideValues values) {
    out.writeVarint(values.nan);
    writeMoments(values.source, values.positive);
    writeMoments(values.source, values.negative);
    if (values.count() > 0) {
      writeDouble(values.smallest);
      writeDouble(values.largest);
      writeDouble(values.nearestZero);
      values.trailingZeros.values().forEach(this::writeCounts);
    }
  }

  private void writeMoments(FloatFormat source, SortedMap<Integer, Moments> moments) {
    out.writeVarint(moments.size());
    int[] previous = {WideStateInput.beforeFirst(source)};
    moments.forEach(
        (binade, m) -> {
          out.writeVarint(binade - previous[0] - 1L);
          previous[0] = binade;
          out.writeVarint(m.count());
          writeSum(m.sum());
          writeSum(m.sumSq());
        });
  }

  private void writeCast(CastErrors errors) {
    out.writeName(errors.target.name());
    if (errors.codes != null) {
      StateFormat.writeCodes(out, errors.codes);
    }
    out.writeVarint(errors.underflow);
    out.writeVarint(errors.subnormal);
    writeMoments(errors.source, errors.lost);
    writeMoments(errors.source, errors.clipped);
    writeResiduals(errors);
    writeFar(errors.far);
  }

  private void writeResiduals(CastErrors errors) {
    out.writeVarint(errors.residuals.size());
    int[] previous = {WideStateInput.beforeFirst(errors.source)};
    errors.residuals.forEach(
        (binade, residuals) -> {
          out.writeVarint(binade - previous[0] - 1L);
          previous[0] = binade;
          writeCounts(residuals.counts());
          writeSum(residuals.sum());
          writeSum(residuals.sumSq());
          out.writeVarint(residuals.largest());
          out.writeVarint(residuals.shareOf());
          out.writeVarint(residuals.shareIn());
        });
  }

  private void writeFar(FarErrors far) {
    out.writeVarint(far.count());
    if (far.count() == 0) {
      return;
    }
    writeSum(far.sum());
    writeSum(far.sumSq());
    for (Histogram histogram : far.histograms()) {
      writeBins(histogram);
    }
    for (FarErrors.Witness witness : far.witnesses()) {
      writeDouble(witness.value());
      writeDouble(witness.cast());
    }
  }

  private void writeBins(Histogram histogram) {
    int[] bins = {0};
    histogram.forEach((bin, count) -> bins[0]++);
    out.writeVarint(bins[0]);
    int[] previous = {LOWEST_BIN - 1};
    histogram.forEach(
        (bin, count) -> {
          out.writeVarint(bin - previous[0] - 1L);
          previous[0] = bin;
          out.writeVarint(count);
        });
  }

  private void writeCounts(long[] counts) {
    for (int from = 0; from < counts.length; from += WideStateInput.MASK_BITS) {
      int to = Math.min(counts.length, from + WideStateInput.MASK_BITS);
      long mask = 0;
      for (int i = from; i < to; i++) {
        mask |= counts[i] == 0 ? 0 : 1L << (i - from);
      }
      out.writeVarint(mask);
      for (int i = from; i < to; i++) {
        if (counts[i] != 0) {
          out.writeVarint(counts[i]);
        }
      }
    }
  }

  private void writeSum(BigInteger sum) {
    byte[] bytes = WideStateInput.magnitude(sum);
    out.writeVarint(bytes.length);
    out.writeBytes(bytes);
  }

  private void writeDouble(double value) {
    out.writeLong(Double.doubleToRawLongBits(value));
  }

  static WideCounts read(StateInput in, DType dtype, long elements, Integer digest) {
    in.check(WideCounts.isFor(dtype), "wide counts of " + dtype);
    return new WideStateInput(in, dtype, elements).read(digest);
  }
}
