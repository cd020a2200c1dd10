package io.ckptaudit.udfs.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every code counter does; expected results are worked out here, element by element. */
abstract class CodeCounterContract {

  private static final int NAN = 0x7E01;
  private static final int POSITIVE_INFINITY = 0x7C00;
  private static final int NEGATIVE_INFINITY = 0xFC00;
  private static final int ONE = 0x3C00;
  private static final int NEGATIVE_ZERO = 0x8000;

  private final long seed = SpanFixtures.seed();
  private final Random random = new Random(seed);

  abstract CodeCounter counter(FloatFormat format);

  @Test
  void startsEmpty() {
    CodeCounter counter = counter(FloatFormat.BF16);
    counter.add(ByteBuffer.allocateDirect(0));
    assertThat(counter.format()).isEqualTo(FloatFormat.BF16);
    assertHolds(counter, FloatFormat.BF16, new byte[0]);
    assertThat(counter.crc32c()).isZero();
  }

  @Test
  void countsEveryCodeOfEveryFormatOnce() {
    for (FloatFormat format : countable()) {
      byte[] bytes = elements(format, format.codes(), i -> i);
      assertHolds(counted(format, bytes), format, bytes);
    }
  }

  @Test
  void checksCrcAgainstItsPublishedCheckValue() {
    byte[] digits = "123456789".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    assertThat(counted(FloatFormat.F8_E5M2, digits).crc32c()).isEqualTo(0xE3069283);
  }

  @Test
  void findsNoExtremeAmongNonFiniteElements() {
    CodeCounter counter = f16(NAN, POSITIVE_INFINITY, NEGATIVE_INFINITY, 0xFFFF);
    assertThat(counter.firstMinIndex()).isEqualTo(-1);
    assertThat(counter.firstMaxIndex()).isEqualTo(-1);
    assertThat(counter.elements()).isEqualTo(4);
  }

  @Test
  void skipsInfinitiesAndNaNBesideFiniteElements() {
    CodeCounter counter = f16(POSITIVE_INFINITY, NAN, ONE, NEGATIVE_INFINITY);
    assertThat(counter.firstMinIndex()).isEqualTo(2);
    assertThat(counter.firstMaxIndex()).isEqualTo(2);
  }

  @Test
  void takesZerosOfBothSignsAsEqual() {
    assertExtremes(f16(0, NEGATIVE_ZERO, 0), 0, 0);
    assertExtremes(f16(NEGATIVE_ZERO, 0, NEGATIVE_ZERO), 0, 0);
    assertExtremes(f16(ONE, NEGATIVE_ZERO, 0), 1, 0);
    assertExtremes(f16(ONE | NEGATIVE_ZERO, 0, NEGATIVE_ZERO), 0, 1);
    assertExtremes(f16(NAN, NEGATIVE_ZERO, ONE, 0), 1, 2);
  }

  @Test
  void keepsZeroAcrossCallsWhateverItsSign() {
    CodeCounter counter = f16(NEGATIVE_ZERO);
    counter.add(ByteBuffer.wrap(elements(FloatFormat.F16, 1, i -> 0)));
    assertExtremes(counter, 0, 0);
  }

  @Test
  void givesTheFirstOfRepeatedExtremes() {
    assertExtremes(f16(5, 9, 0x8007, 9, 0x8007, 5), 2, 1);
  }

  @Test
  void takesTheNegativeZeroCodeOfFnuzFormatsAsNaN() {
    CodeCounter counter = counted(FloatFormat.F8_E4M3FNUZ, new byte[] {(byte) 0x80});
    assertExtremes(counter, -1, -1);
    counter.add(ByteBuffer.wrap(new byte[] {(byte) 0x81, (byte) 0x80, 0}));
    assertExtremes(counter, 1, 3);
  }

  @Test
  void findsExtremesInTheFirstAndTheLastElement() {
    for (int length : new int[] {2, 67, 4096, 32_768, 600_001}) {
      byte[] bytes = elements(FloatFormat.BF16, length, i -> 0x3C00 + i % 64);
      put(bytes, 0, 0xC000);
      put(bytes, length - 1, 0x4000);
      assertExtremes(counted(FloatFormat.BF16, bytes), 0, length - 1);
    }
  }

  @Test
  void countsEverySmallLengthAtEveryKindOfAddress() {
    for (FloatFormat format : countable()) {
      for (int length = 0; length <= 67; length++) {
        byte[] bytes = SpanFixtures.random(random, length * format.bits() / 8);
        for (ByteBuffer span : SpanFixtures.kindsOf(bytes)) {
          CodeCounter counter = counter(format);
          ByteBuffer before = span.duplicate().order(span.order());
          counter.add(span);
          assertHolds(counter, format, bytes);
          assertThat(span).isEqualTo(before);
          assertThat(span.order()).isEqualTo(before.order());
        }
      }
    }
  }

  @Test
  void countsAllEqualElements() {
    for (int code : new int[] {0, NEGATIVE_ZERO, ONE, NAN, POSITIVE_INFINITY}) {
      byte[] bytes = elements(FloatFormat.F16, 300_001, i -> code);
      assertHolds(counted(FloatFormat.F16, bytes), FloatFormat.F16, bytes);
    }
  }

  @Test
  void countsElementsThatChangeOnlyAtTheEndsOfAConstantRun() {
    byte[] bytes = elements(FloatFormat.BF16, 100_000, i -> 0x3F80);
    for (int index : new int[] {0, 1, 2047, 2048, 4095, 4096, 8191, 8192, 65_536, 99_999}) {
      put(bytes, index, index + 1);
    }
    assertHolds(counted(FloatFormat.BF16, bytes), FloatFormat.BF16, bytes);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E5M2FNUZ"})
  void doesNotDependOnCuts(FloatFormat format) {
    int width = format.bits() / 8;
    byte[] bytes = SpanFixtures.random(random, 1_500_001 * width);
    CodeCounter counter = counter(format);
    for (int from = 0; from < bytes.length; ) {
      int length = width * (random.nextInt(4) == 0 ? random.nextInt(200_000) : random.nextInt(9));
      int to = Math.min(bytes.length, from + length);
      counter.add(SpanFixtures.copy(Arrays.copyOfRange(bytes, from, to), random.nextBoolean(), 1));
      from = to;
    }
    assertHolds(counter, format, bytes);
  }

  @Test
  void followsExtremesThatGrowFromBlockToBlock() {
    int length = 2_000_000;
    byte[] bytes = elements(FloatFormat.BF16, length, i -> 0x3C00 + i / 3000);
    assertHolds(counted(FloatFormat.BF16, bytes), FloatFormat.BF16, bytes);
    byte[] falling = elements(FloatFormat.BF16, length, i -> 0xBC00 - i / 3000);
    assertHolds(counted(FloatFormat.BF16, falling), FloatFormat.BF16, falling);
  }

  @Test
  void forgetsEverythingOnReset() {
    for (FloatFormat format : countable()) {
      CodeCounter counter = counted(format, SpanFixtures.random(random, 10_000));
      counter.reset();
      assertHolds(counter, format, new byte[0]);
      byte[] bytes = SpanFixtures.random(random, 5000);
      counter.add(ByteBuffer.wrap(bytes));
      assertHolds(counter, format, bytes);
    }
  }

  @Test
  void givesCodesAscendingWithTheirCounts() {
    CodeCounter counter = f16(NAN, 0, ONE, 0, NEGATIVE_ZERO, 0);
    assertThat(counter.codes()).containsExactly(0, ONE, NAN, NEGATIVE_ZERO);
    assertThat(counter.counts(counter.codes())).containsExactly(3, 1, 1, 1);
    assertThat(counter.count(0)).isEqualTo(3);
    assertThat(counter.count(ONE + 1)).isZero();
  }

  /** Where few elements were counted, and where many: the fast counter treats them apart. */
  @Test
  void countsMoreAndMoreElementsThenFewAgain() {
    for (FloatFormat format : countable()) {
      CodeCounter counter = counter(format);
      byte[] bytes = SpanFixtures.random(random, 40_000);
      for (int to : new int[] {2, 4000, 8190, 8192, 8194, 8200, 16_384, 40_000, 6}) {
        counter.reset();
        counter.add(ByteBuffer.wrap(bytes, 0, to / 2 & -2));
        counter.add(SpanFixtures.copy(Arrays.copyOfRange(bytes, to / 2 & -2, to), true, 1));
        assertHolds(counter, format, Arrays.copyOf(bytes, to));
      }
    }
  }

  @Test
  void refusesHalfElements() {
    CodeCounter counter = counter(FloatFormat.F16);
    assertThatThrownBy(() -> counter.add(ByteBuffer.allocate(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 bytes")
        .hasMessageContaining("cut splits on element boundaries");
    assertThat(counter.elements()).isZero();
    assertThat(counter.crc32c()).isZero();
  }

  @Test
  void refusesFormatsItCannotCount() {
    for (FloatFormat format : FloatFormat.values()) {
      if (format.bits() != 8 && format.bits() != 16) {
        assertThatThrownBy(() -> counter(format))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("Cannot count " + format);
      }
    }
  }

  private CodeCounter f16(int... codes) {
    return counted(FloatFormat.F16, elements(FloatFormat.F16, codes.length, i -> codes[i]));
  }

  private CodeCounter counted(FloatFormat format, byte[] bytes) {
    CodeCounter counter = counter(format);
    counter.add(SpanFixtures.copy(bytes, true, 0));
    return counter;
  }

  private static FloatFormat[] countable() {
    return Arrays.stream(FloatFormat.values())
        .filter(format -> format.bits() == 8 || format.bits() == 16)
        .toArray(FloatFormat[]::new);
  }

  private static byte[] elements(FloatFormat format, int length, IntUnaryOperator code) {
    int width = format.bits() / 8;
    byte[] bytes = new byte[length * width];
    for (int i = 0; i < length; i++) {
      bytes[i * width] = (byte) code.applyAsInt(i);
      if (width == 2) {
        bytes[i * 2 + 1] = (byte) (code.applyAsInt(i) >> 8);
      }
    }
    return bytes;
  }

  private static void put(byte[] bytes, int index, int code) {
    bytes[index * 2] = (byte) code;
    bytes[index * 2 + 1] = (byte) (code >> 8);
  }

  private static void assertExtremes(CodeCounter counter, long firstMin, long firstMax) {
    assertThat(counter.firstMinIndex()).as("first minimum").isEqualTo(firstMin);
    assertThat(counter.firstMaxIndex()).as("first maximum").isEqualTo(firstMax);
  }

  private void assertHolds(CodeCounter counter, FloatFormat format, byte[] bytes) {
    int width = format.bits() / 8;
    long[] counts = new long[format.codes()];
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    int firstMin = -1;
    int firstMax = -1;
    for (int i = 0; i < bytes.length / width; i++) {
      int code = bytes[i * width] & 0xFF | (width == 2 ? (bytes[i * 2 + 1] & 0xFF) << 8 : 0);
      counts[code]++;
      double value = format.decode(code);
      if (Double.isFinite(value) && value < min) {
        min = value;
        firstMin = i;
      }
      if (Double.isFinite(value) && value > max) {
        max = value;
        firstMax = i;
      }
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    String where = format + ", " + bytes.length + " bytes, -Dtests.seed=" + seed;
    int[] codes = IntStream.range(0, counts.length).filter(c -> counts[c] != 0).toArray();
    long[] occurring = Arrays.stream(counts).filter(count -> count != 0).toArray();
    assertThat(Arrays.equals(counter.codes(), codes)).as("codes of " + where).isTrue();
    assertThat(Arrays.equals(counter.counts(counter.codes()), occurring))
        .as("counts of " + where)
        .isTrue();
    assertThat(counter.elements()).as(where).isEqualTo(bytes.length / width);
    assertThat(counter.firstMinIndex()).as("first minimum of " + where).isEqualTo(firstMin);
    assertThat(counter.firstMaxIndex()).as("first maximum of " + where).isEqualTo(firstMax);
    assertThat(counter.crc32c()).as("CRC of " + where).isEqualTo((int) crc.getValue());
  }
}
