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

  /** Every kind of code that is not finite, alone among finite ones, in any block. */
  @Test
  void findsTheFirstElementThatIsNotFinite() {
    for (FloatFormat format : countable()) {
      int top = Math.toIntExact(format.maxFiniteCode());
      int[] others =
          IntStream.range(0, format.codes()).filter(code -> !format.isFinite(code)).toArray();
      for (int at : new int[] {0, 4_095, 70_001, 1_400_002}) {
        int other = others.length == 0 ? 0 : others[random.nextInt(others.length)];
        byte[] bytes =
            elements(format, 1_500_000, i -> i == at || i == 1_450_001 ? other : i % (top + 1));
        CodeCounter counter = counted(format, bytes);
        assertThat(counter.firstNonFiniteIndex())
            .as("%s of %s at %s, -Dtests.seed=%s", other, format, at, seed)
            .isEqualTo(others.length == 0 ? -1 : at);
      }
    }
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
  void readsPackedElementsLowestBitsFirst() {
    CodeCounter nibbles = counted(FloatFormat.F4, new byte[] {(byte) 0xF7, 0x21});
    assertThat(nibbles.codes()).containsExactly(1, 2, 7, 15);
    assertExtremes(nibbles, 1, 0);
    int word = 31 | 63 << 6 | 0 << 12 | 5 << 18;
    byte[] sixes = {(byte) word, (byte) (word >> 8), (byte) (word >> 16)};
    CodeCounter counter = counted(FloatFormat.F6_E2M3, sixes);
    assertThat(counter.codes()).containsExactly(0, 5, 31, 63);
    assertExtremes(counter, 1, 0);
    assertThat(counter.elements()).isEqualTo(4);
  }

  @Test
  void findsExtremesOfPackedElementsFarIn() {
    for (FloatFormat format : new FloatFormat[] {FloatFormat.F4, FloatFormat.F6_E3M2}) {
      int top = format.codes() / 2 - 1;
      byte[] bytes =
          elements(format, 600_000, i -> i == 400_001 ? top : i == 599_999 ? 2 * top + 1 : 1);
      assertHolds(counted(format, bytes), format, bytes);
    }
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
        byte[] bytes = SpanFixtures.random(random, length * unit(format));
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
  @EnumSource(
      names = {"F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F8_E5M2FNUZ", "F6_E3M2", "F4"})
  void doesNotDependOnCuts(FloatFormat format) {
    int width = unit(format);
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
      CodeCounter counter = counted(format, SpanFixtures.random(random, 9_996));
      counter.reset();
      assertHolds(counter, format, new byte[0]);
      byte[] bytes = SpanFixtures.random(random, 4_998);
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
      for (int to : new int[] {6, 3996, 8190, 8196, 16_386, 39_996, 6}) {
        int cut = to / 12 * 6;
        counter.reset();
        counter.add(ByteBuffer.wrap(bytes, 0, cut));
        counter.add(SpanFixtures.copy(Arrays.copyOfRange(bytes, cut, to), true, 1));
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
      if (format.bits() > 16) {
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
        .filter(format -> format.bits() <= 16)
        .toArray(FloatFormat[]::new);
  }

  /** Bytes of the fewest elements that end on a byte. */
  private static int unit(FloatFormat format) {
    return format.bits() == 6 ? 3 : Math.max(1, format.bits() / 8);
  }

  private static byte[] elements(FloatFormat format, int length, IntUnaryOperator code) {
    byte[] bytes = new byte[length * format.bits() / 8];
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      int set = code.applyAsInt(bit / format.bits()) >> bit % format.bits() & 1;
      bytes[bit / 8] |= (byte) (set << bit % 8);
    }
    return bytes;
  }

  private static int element(FloatFormat format, byte[] bytes, int index) {
    int code = 0;
    for (int i = 0; i < format.bits(); i++) {
      int bit = index * format.bits() + i;
      code |= (bytes[bit / 8] >> bit % 8 & 1) << i;
    }
    return code;
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
    int length = (int) (bytes.length * 8L / format.bits());
    long[] counts = new long[format.codes()];
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    int firstMin = -1;
    int firstMax = -1;
    int firstNonFinite = -1;
    for (int i = 0; i < length; i++) {
      int code = element(format, bytes, i);
      counts[code]++;
      double value = format.decode(code);
      firstNonFinite = firstNonFinite < 0 && !Double.isFinite(value) ? i : firstNonFinite;
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
    assertThat(counter.elements()).as(where).isEqualTo(length);
    assertThat(counter.firstMinIndex()).as("first minimum of " + where).isEqualTo(firstMin);
    assertThat(counter.firstMaxIndex()).as("first maximum of " + where).isEqualTo(firstMax);
    assertThat(counter.firstNonFiniteIndex())
        .as("first not finite of " + where)
        .isEqualTo(firstNonFinite);
    assertThat(counter.crc32c()).as("CRC of " + where).isEqualTo((int) crc.getValue());
  }
}
