package io.ckptaudit.udfs.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.number.WideCast;
import io.ckptaudit.udfs.state.ElementDifferences;
import io.ckptaudit.udfs.state.MalformedStateException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Elements held against each other, by the comparer and one by one. */
class ElementComparerTest {

  private static final int ELEMENTS = 130_001;
  private static final KernelConversions FUNCTIONS = new KernelConversions();

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  private static ByteBuffer bytes(int length) {
    return ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ElementDifferences compare(
      ElementCast cast, ByteBuffer left, ByteBuffer right, int elements, int... cuts) {
    int[] ends = Arrays.copyOf(cuts, cuts.length + 1);
    ends[cuts.length] = elements;
    ElementDifferences all = ElementDifferences.none(cast.to());
    try (ElementComparer comparer = new ElementComparer(cast, FUNCTIONS)) {
      int from = 0;
      for (int end : ends) {
        comparer.add(left, from, right, from, end - from, from);
        // Through its bytes, and the later part first.
        all = ElementDifferences.fromBytes(comparer.finish().toBytes()).merge(all);
        from = end;
      }
    }
    return all;
  }

  /** BF16 and what became of it in F16, with some elements changed; or most of them by a little. */
  @ParameterizedTest
  @CsvSource({"500,65536", "1,65536", "1,5", "2,60"})
  void castsOf16BitsAreThoseOfTheTable(int oneOf, int range) {
    Random random = new Random(5);
    long[] codes = new long[1 << 16];
    for (int code = 0; code < codes.length; code++) {
      codes[code] = Target.F16.cast(FloatFormat.BF16.decode(code));
    }
    ByteBuffer left = bytes(2 * ELEMENTS);
    ByteBuffer right = bytes(2 * ELEMENTS);
    for (int i = 0; i < ELEMENTS; i++) {
      int code = random.nextInt(1 << 16);
      left.putShort(2 * i, (short) code);
      boolean changed = random.nextInt(oneOf) == 0;
      right.putShort(
          2 * i, (short) (codes[code] + (changed ? random.nextInt(range) - range / 2 : 0)));
    }
    ElementCast cast = new ElementCast(DType.BF16, null, codes, DType.F16);
    ElementDifferences found = compare(cast, left, right, ELEMENTS);
    assertMatchesOneByOne(found, left, right, codes);
    for (int cut : new int[] {1, 63, 64, 16384, 16385, 70000}) {
      assertThat(compare(cast, left, right, ELEMENTS, cut).toBytes())
          .as("cut at %s", cut)
          .isEqualTo(found.toBytes());
    }
    assertThat(compare(cast, left, right, ELEMENTS, 3, 5, 9999, 40000).toBytes())
        .isEqualTo(found.toBytes());
  }

  private static void assertMatchesOneByOne(
      ElementDifferences found, ByteBuffer left, ByteBuffer right, long[] codes) {
    FloatFormat format = FloatFormat.F16;
    long different = 0;
    long first = -1;
    long notFinite = 0;
    double largest = 0;
    long steps = 0;
    TreeMap<Integer, Long> bins = new TreeMap<>();
    for (int i = 0; i < ELEMENTS; i++) {
      long expected = codes[left.getShort(2 * i) & 0xFFFF];
      long is = right.getShort(2 * i) & 0xFFFF;
      if (expected == is || format.isNaN(expected) && format.isNaN(is)) {
        continue;
      }
      different++;
      first = first < 0 ? i : first;
      if (!format.isFinite(expected) || !format.isFinite(is)) {
        notFinite++;
        largest = Double.POSITIVE_INFINITY;
        continue;
      }
      double difference = Math.abs(format.decode(is) - format.decode(expected));
      largest = Math.max(largest, difference);
      steps = Math.max(steps, Math.abs(rank(is) - rank(expected)));
      if (difference != 0) {
        bins.merge((int) Math.floor(Math.log(difference) / Math.log(2) + 1e-12), 1L, Long::sum);
      }
    }
    assertThat(found.elements()).isEqualTo(ELEMENTS);
    assertThat(found.different()).isEqualTo(different).isGreaterThan(50);
    assertThat(found.notFinite()).isEqualTo(notFinite);
    assertThat(found.largest()).isEqualTo(largest);
    assertThat(found.largestSteps()).isEqualTo(steps);
    assertThat(found.first().get(0).index()).isEqualTo(first);
    assertThat(found.first()).hasSize(ElementDifferences.KEPT);
    Map<Integer, Long> seen = new TreeMap<>();
    found.absolute().forEach(seen::put);
    assertThat(seen).isEqualTo(bins);
  }

  private static long rank(long code) {
    return (code & 0x8000) != 0 ? -(code & 0x7FFF) - 1 : code;
  }

  @Test
  void wideElementsAreCastByTheFunctions() {
    Random random = new Random(6);
    ByteBuffer left = bytes(4 * ELEMENTS);
    ByteBuffer right = bytes(2 * ELEMENTS);
    for (int i = 0; i < ELEMENTS; i++) {
      float value = (float) random.nextGaussian();
      left.putFloat(4 * i, value);
      right.putShort(2 * i, (short) Target.BF16.cast(value));
    }
    right.putShort(2 * 40_000, (short) (right.getShort(2 * 40_000) + 3));
    ElementCast cast = new ElementCast(DType.F32, WideCast.nearest(Target.BF16), null, DType.BF16);
    ElementDifferences found = compare(cast, left, right, ELEMENTS, 12_345);
    assertThat(found.different()).isEqualTo(1);
    assertThat(found.first().get(0).index()).isEqualTo(40_000);
    assertThat(found.largestSteps()).isEqualTo(3);
  }

  /** Against the value that comes before a value in the order of the format's own values. */
  @ParameterizedTest
  @EnumSource(
      value = Target.class,
      names = {"F16", "BF16", "F8_E4M3", "F8_E5M2"})
  void wideElementsAreTruncated(Target target) {
    FloatFormat format = target.format();
    float[] values = spread(format);
    DType to = DType.valueOf(format.name());
    ByteBuffer right = bytes(to.bits() / Byte.SIZE * values.length);
    TreeMap<Double, Long> magnitudes = new TreeMap<>();
    for (long code = 0; code <= format.maxFiniteCode(); code++) {
      magnitudes.put(format.decode(code), code);
    }
    for (int i = 0; i < values.length; i++) {
      long code =
          Float.isFinite(values[i])
              ? magnitudes.floorEntry((double) Math.abs(values[i])).getValue()
                  | (Float.floatToRawIntBits(values[i]) < 0 ? 1L << format.bits() - 1 : 0)
              : target.cast(values[i]);
      Codes.put(right, i, to.bits(), code);
    }
    ElementCast cast = new ElementCast(DType.F32, WideCast.truncated(target), null, to);
    assertThat(compare(cast, floats(values), right, values.length).first()).isEmpty();
    ElementCast ofDoubles = new ElementCast(DType.F64, WideCast.truncated(target), null, to);
    assertThat(compare(ofDoubles, doubles(values), right, values.length).first()).isEmpty();
  }

  @Test
  void wideElementsAreScaledAndRoundedOnce() {
    float[] values = spread(FloatFormat.F16);
    for (int exponent : new int[] {-140, -3, 5, 140}) {
      ByteBuffer right = bytes(2 * values.length);
      for (int i = 0; i < values.length; i++) {
        right.putShort(2 * i, (short) Target.F16.cast(Math.scalb((double) values[i], exponent)));
      }
      WideCast scaled = WideCast.scaled(Target.F16, exponent);
      ElementCast cast = new ElementCast(DType.F32, scaled, null, DType.F16);
      assertThat(compare(cast, floats(values), right, values.length).first()).isEmpty();
      ElementCast ofDoubles = new ElementCast(DType.F64, scaled, null, DType.F16);
      assertThat(compare(ofDoubles, doubles(values), right, values.length).first()).isEmpty();
    }
  }

  /** Every value of a format that F32 holds, its neighbours in F32, and random codes. */
  private static float[] spread(FloatFormat format) {
    float[] values = new float[4 * format.codes()];
    Random random = new Random(7);
    for (int code = 0; code < format.codes(); code++) {
      float value = (float) format.decode(code);
      values[4 * code] = value;
      values[4 * code + 1] = Math.nextUp(value);
      values[4 * code + 2] = Math.nextDown(value);
      values[4 * code + 3] = Float.intBitsToFloat(random.nextInt());
    }
    return values;
  }

  private static ByteBuffer floats(float[] values) {
    ByteBuffer bytes = bytes(Float.BYTES * values.length);
    for (int i = 0; i < values.length; i++) {
      bytes.putFloat(Float.BYTES * i, values[i]);
    }
    return bytes;
  }

  private static ByteBuffer doubles(float[] values) {
    ByteBuffer bytes = bytes(Double.BYTES * values.length);
    for (int i = 0; i < values.length; i++) {
      bytes.putDouble(Double.BYTES * i, values[i]);
    }
    return bytes;
  }

  @Test
  void nanIsEqualToNanAndZerosAreOneStepApart() {
    ByteBuffer left = bytes(16).putFloat(0, Float.intBitsToFloat(0x7FC00001));
    ByteBuffer right = bytes(16).putFloat(0, Float.NaN);
    left.putFloat(4, 0f).putFloat(8, Float.POSITIVE_INFINITY).putFloat(12, 1f);
    right.putFloat(4, -0f).putFloat(8, Float.NaN).putFloat(12, Math.nextUp(1f));
    ElementDifferences found = compare(ElementCast.unchanged(DType.F32), left, right, 4);
    assertThat(found.different()).isEqualTo(3);
    assertThat(found.notFinite()).isEqualTo(1);
    assertThat(found.largestSteps()).isEqualTo(1);
    assertThat(found.largest()).isInfinite();
    assertThat(found.absolute().zero()).isEqualTo(1);
    assertThat(found.first())
        .extracting(ElementDifferences.Place::index)
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void widenedAndPackedElementsAreCompared() {
    ByteBuffer floats = bytes(8).putFloat(0, 0.1f).putFloat(4, -3f);
    ByteBuffer doubles = bytes(16).putDouble(0, 0.1f).putDouble(8, 3);
    ElementDifferences widened =
        compare(new ElementCast(DType.F32, null, null, DType.F64), floats, doubles, 2);
    assertThat(widened.different()).isEqualTo(1);
    assertThat(widened.largest()).isEqualTo(6);
    assertThat(widened.largestSteps()).isEqualTo(Long.MAX_VALUE);
    ByteBuffer four = bytes(2).put(0, (byte) 0x21).put(1, (byte) 0x43);
    ByteBuffer other = bytes(2).put(0, (byte) 0x21).put(1, (byte) 0x53);
    ElementDifferences packed = compare(ElementCast.unchanged(DType.F4), four, other, 4);
    assertThat(packed.first()).containsExactly(new ElementDifferences.Place(3, 4, 5));
    ByteBuffer six = bytes(3).put(1, (byte) 0x10);
    ElementDifferences sixth = compare(ElementCast.unchanged(DType.F6_E2M3), bytes(3), six, 4);
    assertThat(sixth.first()).containsExactly(new ElementDifferences.Place(2, 0, 1));
  }

  @Test
  void integersDifferWithoutSteps() {
    ByteBuffer left = bytes(16).putLong(0, 5).putLong(8, -1);
    ByteBuffer right = bytes(16).putLong(0, 5).putLong(8, 1);
    ElementDifferences found = compare(ElementCast.unchanged(DType.I64), left, right, 2);
    assertThat(found.different()).isEqualTo(1);
    assertThat(found.largestSteps()).isZero();
    assertThat(found.first()).containsExactly(new ElementDifferences.Place(1, -1, 1));
  }

  @Test
  void bytesOfAnotherStateAreRefused() {
    byte[] bytes = ElementDifferences.none(DType.F16).toBytes();
    assertThatThrownBy(() -> ElementDifferences.fromBytes(Arrays.copyOf(bytes, bytes.length - 1)))
        .isInstanceOf(MalformedStateException.class);
    assertThatThrownBy(() -> ElementDifferences.fromBytes(Arrays.copyOf(bytes, bytes.length + 1)))
        .hasMessageContaining("trailing");
    assertThatThrownBy(
            () -> ElementDifferences.none(DType.F16).merge(ElementDifferences.none(DType.BF16)))
        .hasMessageContaining("no parts of one pair");
  }
}
