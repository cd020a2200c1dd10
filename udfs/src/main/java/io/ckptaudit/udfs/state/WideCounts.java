package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The exact state of some part of a tensor of F32 or F64.
 *
 * <p>Every element is kept in one of two ways, by its value alone. What BF16 holds (zeros,
 * infinities, and a tensor that was widened from BF16 altogether) is counted by its BF16 code. The
 * rest is kept by binade: counts, sums and sums of squares of significands, and for each target the
 * codes of the casts and the rounding errors. So nothing ever changes its form in a merge, and the
 * bytes cannot depend on the cuts. NaNs whose payload BF16 cannot hold are only counted.
 *
 * <p>Counts are exact; more than 2^63 − 1 elements throw {@link ArithmeticException}. Sums are
 * integers without limit. −0 and subnormals are values like others; the empty part is the identity
 * of {@link #merge}. States for different sets of targets do not merge. Casts to F32 of an F32
 * source change nothing and are not kept. Indices and digest as in {@link CodeCounts}. Source:
 * DESIGN §3.
 */
public final class WideCounts implements CountedState {

  private final DType dtype;
  private final CodeCounts bf16;
  private final WideValues values;
  private final Map<Target, CastErrors> casts;
  private final Place place;
  private final long elements;

  /**
   * @param bf16 counts of the elements that BF16 holds, without a place
   * @param casts one for each of {@link #keptTargets}
   */
  WideCounts(
      DType dtype, CodeCounts bf16, WideValues values, Map<Target, CastErrors> casts, Place place) {
    this.dtype = dtype;
    this.bf16 = bf16;
    this.values = values;
    this.casts = casts;
    this.place = place;
    this.elements = Math.addExact(bf16.elements(), Math.addExact(values.count(), values.nan));
  }

  /** The identity for a tensor whose bytes lie in one piece. */
  public static WideCounts empty(DType dtype, Set<Target> targets) {
    return new WideCountsBuilder(dtype, targets).build(-1, -1, -1, 0);
  }

  /**
   * Whether a dtype is counted in this way.
   *
   * @return true for F32 and F64
   */
  public static boolean isFor(DType dtype) {
    return dtype == DType.F32 || dtype == DType.F64;
  }

  /** Of the targets asked for those that can change a value, and F16 and BF16 always. */
  public static Set<Target> keptTargets(DType dtype, Set<Target> asked) {
    EnumSet<Target> kept = EnumSet.of(Target.F16, Target.BF16);
    kept.addAll(asked);
    kept.removeIf(target -> target.format() == dtype.format());
    return Collections.unmodifiableSet(kept);
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public long elements() {
    return elements;
  }

  /** The targets whose casts are kept. */
  public Set<Target> targets() {
    return Collections.unmodifiableSet(casts.keySet());
  }

  /** Counts of the elements that BF16 holds, by BF16 code, without a place. */
  public CodeCounts bf16() {
    return bf16;
  }

  /** Whether BF16 holds every element, so that {@link #bf16} are counts of all codes. */
  public boolean isAllBf16() {
    return bf16.elements() == elements;
  }

  /**
   * Counts of the codes that casting every element to a target gives, NaN included, without a
   * place.
   *
   * @param target one of {@link #targets} of at most 16 bits
   * @param tables of BF16, with the target
   */
  public CodeCounts castCodes(Target target, FormatTables tables) {
    CodeCounts others = cast(target).codes;
    if (others == null) {
      throw new IllegalArgumentException(
          "No codes of casts of "
              + dtype
              + " to "
              + target
              + " are counted: it has more than 16 bits; ask for a target of at most 16");
    }
    long[] counts = new long[target.format().codes()];
    for (int i = 0; i < bf16.distinctCodes(); i++) {
      int result = tables.table(target).result(bf16.code(i));
      counts[result] = Math.addExact(counts[result], bf16.count(i));
    }
    return CodeCounts.of(others.dtype(), counts, -1, -1, -1, null).merge(others);
  }

  WideValues values() {
    return values;
  }

  Map<Target, CastErrors> casts() {
    return casts;
  }

  CastErrors cast(Target target) {
    CastErrors errors = casts.get(target);
    if (errors == null) {
      throw new IllegalArgumentException(
          "No casts of "
              + dtype
              + " to "
              + target
              + " were kept, only to "
              + casts.keySet()
              + "; count the tensor with this target");
    }
    return errors;
  }

  FloatFormat format() {
    return dtype.format();
  }

  Place place() {
    return place;
  }

  @Override
  public long minIndex() {
    return place.minIndex();
  }

  @Override
  public long maxIndex() {
    return place.maxIndex();
  }

  @Override
  public long nonFiniteIndex() {
    return place.nonFiniteIndex();
  }

  @Override
  public Integer orderDigest() {
    return place.orderDigest();
  }

  @Override
  public WideCounts withoutPlace() {
    return new WideCounts(dtype, bf16, values, casts, Place.NONE);
  }

  @Override
  public WideCounts merge(TensorState state) {
    if (!(state instanceof WideCounts other)
        || other.dtype != dtype
        || !other.casts.keySet().equals(casts.keySet())) {
      throw MergeRefusal.of(this, state);
    }
    WideValues merged = new WideValues(format());
    merged.addAll(values);
    merged.addAll(other.values);
    Map<Target, CastErrors> mergedCasts = new EnumMap<>(Target.class);
    casts.forEach(
        (target, errors) -> {
          CastErrors both = new CastErrors(format(), target);
          both.addAll(errors);
          both.addAll(other.casts.get(target));
          mergedCasts.put(target, both);
        });
    return new WideCounts(
        dtype,
        bf16.merge(other.bf16),
        merged,
        mergedCasts,
        Place.merge(place, extremes(), other.place, other.extremes()));
  }

  private Extremes extremes() {
    Extremes codes = Extremes.of(bf16.dtype().format(), bf16.codes());
    return codes.with(values.smallest, values.largest, values.nan > 0);
  }

  /** Why these elements do not have this place, or null. */
  String placeFault() {
    return place.fault(extremes(), elements);
  }

  @Override
  public byte[] toBytes() {
    return WideStateFormat.write(this);
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof WideCounts other && Arrays.equals(toBytes(), other.toBytes());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(toBytes());
  }

  @Override
  public String toString() {
    return elements + " elements of " + dtype + ", " + bf16.elements() + " of them values of BF16";
  }
}
