package io.ckptaudit.udfs.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What all conversions do: FloatFormat.decode and Target.cast, bit for bit. */
abstract class ConversionKernelContract {

  private static final int ULPS = 40;

  private final long seed = SpanFixtures.seed();
  private final Random random = new Random(seed);

  abstract ConversionKernel kernel();

  @ParameterizedTest
  @EnumSource(
      names = {"F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "F8_E8M0"})
  void widensEveryCode(FloatFormat source) {
    int[] codes = IntStream.range(0, source.codes()).toArray();
    // Often enough that the compiled code is what is tested in the end.
    for (int round = 0; round < 50; round++) {
      assertWidens(source, codes, round % 2 == 0, round % 5);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "F32", mode = EnumSource.Mode.EXCLUDE)
  void narrowsEveryF16AndBf16Value(Target target) {
    for (FloatFormat source : new FloatFormat[] {FloatFormat.F16, FloatFormat.BF16}) {
      int[] bits =
          IntStream.range(0, source.codes())
              .map(code -> Float.floatToRawIntBits((float) source.decode(code)))
              .toArray();
      assertNarrows(target, bits, true, 0);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "F32", mode = EnumSource.Mode.EXCLUDE)
  void narrowsRandomPatterns(Target target) {
    for (int round = 0; round < 20; round++) {
      assertNarrows(target, random.ints(100_000).toArray(), true, round % 4);
    }
  }

  /** Every code, every halfway point between neighbours, and 40 ulps to each side of them. */
  @ParameterizedTest
  @EnumSource(names = "F32", mode = EnumSource.Mode.EXCLUDE)
  void narrowsBoundariesAndTheirNeighbours(Target target) {
    FloatFormat format = target.format();
    int step = format.bits() == 16 ? 13 : 1;
    IntStream.Builder bits = IntStream.builder();
    for (int code = 0; code < format.codes(); code += step) {
      double value = format.decode(code);
      addNeighbours(bits, value);
      addNeighbours(bits, (value + format.decode((code + 1) % format.codes())) / 2);
    }
    addNeighbours(bits, format.overflowThreshold());
    addNeighbours(bits, -format.overflowThreshold());
    addNeighbours(bits, format.smallestNormal());
    addNeighbours(bits, format.smallestPositive() / 2);
    addNeighbours(bits, -format.smallestPositive() / 2);
    addNeighbours(bits, Float.MAX_VALUE);
    addNeighbours(bits, Float.MIN_NORMAL);
    addNeighbours(bits, 0);
    addNeighbours(bits, Double.NaN);
    assertNarrows(target, bits.build().toArray(), true, 0);
  }

  private static void addNeighbours(IntStream.Builder bits, double value) {
    int middle = Float.floatToRawIntBits((float) value);
    for (int ulps = -ULPS; ulps <= ULPS; ulps++) {
      bits.add(middle + ulps);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "F32", mode = EnumSource.Mode.EXCLUDE)
  void turnsEveryNaNIntoTheCanonicalOne(Target target) {
    int[] nans =
        IntStream.range(0, 70_000)
            .map(i -> 0x7F800001 + random.nextInt(0x7FFFFF) | (i % 2) << 31)
            .toArray();
    assertNarrows(target, nans, true, 0);
  }

  @Test
  void convertsEverySmallLengthAtEveryKindOfAddress() {
    for (int length = 0; length <= 67; length++) {
      for (int offset = 0; offset < 4; offset++) {
        boolean direct = (length + offset) % 2 == 0;
        for (Target target : Target.values()) {
          if (target != Target.F32) {
            assertNarrows(target, random.ints(length).toArray(), direct, offset);
          }
        }
        for (FloatFormat source : FloatFormat.values()) {
          if (source.bits() <= 16) {
            int[] codes = random.ints(length, 0, source.codes()).toArray();
            assertWidens(source, codes, direct, offset);
          }
        }
      }
    }
  }

  @Test
  void convertsAroundTheLengthOfAPiece() {
    for (int length : new int[] {2047, 2048, 2049, 4095, 4096, 4097, 10_001}) {
      assertNarrows(Target.F16, random.ints(length).toArray(), true, 0);
      assertNarrows(Target.F8_E4M3, random.ints(length).toArray(), false, 1);
      assertWidens(FloatFormat.F16, random.ints(length, 0, 65_536).toArray(), true, 3);
      assertWidens(FloatFormat.F8_E5M2, random.ints(length, 0, 256).toArray(), false, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void roundsDoublesOnce(Target target) {
    double[] doubles = random.longs(20_000).mapToDouble(Double::longBitsToDouble).toArray();
    doubles[0] = 1 + 0x1p-8 + 0x1p-40;
    doubles[1] = 61440 - 0x1p-30;
    doubles[2] = 1 + 0x1p-24 + 0x1p-50;
    doubles[3] = -0.0;
    doubles[4] = Double.NaN;
    doubles[5] = Double.NEGATIVE_INFINITY;
    doubles[6] = Double.MIN_VALUE;
    for (int i = 7; i < 10_000; i++) {
      doubles[i] = random.nextGaussian() * Math.scalb(1.0, random.nextInt(40) - 20);
    }
    int width = target.format().bits() / 8;
    ByteBuffer from = SpanFixtures.guarded(doubles.length * 8, true, 1);
    from.slice().order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().put(doubles);
    ByteBuffer to = SpanFixtures.guarded(doubles.length * width + 8, false, 1);
    kernel().fromDouble(target, from, to, doubles.length);
    for (int i = 0; i < doubles.length; i++) {
      assertCode(target.cast(doubles[i]), read(to, i, width), target + " of " + doubles[i]);
    }
    assertThat(SpanFixtures.guardsIntact(to, doubles.length * width)).isTrue();
  }

  @Test
  void refusesBuffersThatAreTooSmallBeforeWriting() {
    ByteBuffer small = SpanFixtures.guarded(7, true, 0);
    ByteBuffer large = SpanFixtures.guarded(64, true, 0);
    assertThatThrownBy(() -> kernel().toFloat(FloatFormat.F16, small, large, 4))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage(
            "Cannot take 4 elements of 2 bytes at byte 32: the span has 7; make it longer or take"
                + " fewer");
    assertThatThrownBy(() -> kernel().fromFloat(Target.F16, large, small, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernel().fromDouble(Target.F16, large, small, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> kernel().fromFloat(Target.BF16, large, large, -1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(SpanFixtures.guardsIntact(large, 0)).isTrue();
    assertThat(SpanFixtures.guardsIntact(small, 0)).isTrue();
  }

  @Test
  void ignoresBitsAboveACodeOfFewerThanEight() {
    ByteBuffer bytes = SpanFixtures.copy(new byte[] {(byte) 0xF3, 0x43}, true, 0);
    ByteBuffer floats = SpanFixtures.guarded(8, true, 0);
    kernel().toFloat(FloatFormat.F4, bytes, floats, 2);
    assertThat(floats.getFloat(floats.position())).isEqualTo(1.5f);
    assertThat(floats.getFloat(floats.position() + 4)).isEqualTo(1.5f);
  }

  @Test
  void refusesOtherWidths() {
    ByteBuffer span = ByteBuffer.allocate(64);
    for (FloatFormat source : new FloatFormat[] {FloatFormat.F32, FloatFormat.F64}) {
      assertThatThrownBy(() -> kernel().toFloat(source, span, span, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(source.name());
    }
    assertThatThrownBy(() -> kernel().fromFloat(Target.F32, span, span, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("F32");
  }

  private void assertWidens(FloatFormat source, int[] codes, boolean direct, int offset) {
    int width = Math.max(1, source.bits() / 8);
    byte[] bytes = new byte[codes.length * width];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (codes[i / width] >> (i % width * 8));
    }
    ByteBuffer from = SpanFixtures.copy(bytes, direct, offset);
    ByteBuffer to = SpanFixtures.guarded(codes.length * 4 + 8, direct, offset);
    ByteBuffer before = to.duplicate();
    kernel().toFloat(source, from, to, codes.length);
    for (int i = 0; i < codes.length; i++) {
      int expected = Float.floatToIntBits((float) source.decode(codes[i]));
      assertCode(expected, read(to, i, 4), source + " code " + codes[i]);
    }
    assertThat(SpanFixtures.guardsIntact(to, codes.length * 4)).isTrue();
    assertThat(to.position()).isEqualTo(before.position());
    assertThat(from.remaining()).isEqualTo(bytes.length);
  }

  private void assertNarrows(Target target, int[] bits, boolean direct, int offset) {
    int width = target.format().bits() / 8;
    ByteBuffer from = SpanFixtures.guarded(bits.length * 4, direct, offset);
    from.slice().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(bits);
    from.order(ByteOrder.BIG_ENDIAN);
    ByteBuffer to = SpanFixtures.guarded(bits.length * width + 8, direct, offset);
    kernel().fromFloat(target, from, to, bits.length);
    for (int i = 0; i < bits.length; i++) {
      long expected = target.cast(Float.intBitsToFloat(bits[i]));
      String what = target + " of F32 0x" + Integer.toHexString(bits[i]);
      assertCode(expected, read(to, i, width), what);
    }
    assertThat(SpanFixtures.guardsIntact(to, bits.length * width)).isTrue();
    assertThat(from.remaining()).isEqualTo(bits.length * 4);
  }

  private static long read(ByteBuffer buffer, int index, int width) {
    byte[] bytes = new byte[width];
    buffer.get(buffer.position() + index * width, bytes);
    long code = 0;
    for (int i = width - 1; i >= 0; i--) {
      code = code << 8 | bytes[i] & 0xFF;
    }
    return code;
  }

  private void assertCode(long expected, long actual, String what) {
    if ((int) expected != (int) actual) {
      throw new AssertionError(
          String.format("%s: expected 0x%X, got 0x%X; seed %d", what, expected, actual, seed));
    }
  }
}
