package io.ckptaudit.udfs.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.MagnitudeKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The reference and both fast searches over the same spans, compared with magnitudes of decoded
 * values.
 */
class MagnitudeSearchTest {

  private final long seed = SpanFixtures.seed();
  private final Random random = new Random(seed);

  /** Two elements of six bits cross a byte each; so bits are put together one by one. */
  private static long code(FloatFormat format, byte[] bytes, long index) {
    long code = 0;
    for (int i = 0; i < format.bits(); i++) {
      long bit = index * format.bits() + i;
      code |= (bytes[(int) (bit / 8)] >> bit % 8 & 1L) << i;
    }
    return code;
  }

  /** By value: what is not finite is more than any other. */
  private static double largest(FloatFormat format, byte[] bytes, long first, long end) {
    double largest = 0;
    for (long i = first; i < end; i++) {
      double value = Math.abs(format.decode(code(format, bytes, i)));
      largest = Math.max(largest, Double.isNaN(value) ? Double.POSITIVE_INFINITY : value);
    }
    return largest;
  }

  private static double value(FloatFormat format, long key) {
    double value = MagnitudeKey.value(format, key);
    return Double.isNaN(value) ? Double.POSITIVE_INFINITY : value;
  }

  private static List<MagnitudeSearch> searches(FloatFormat format) {
    return List.of(
        Kernels.magnitudes(format, false),
        Kernels.magnitudes(format, true, false),
        Kernels.magnitudes(format, true, true));
  }

  private void check(FloatFormat format, byte[] bytes, long first, long end) {
    ByteBuffer span = SpanFixtures.copy(bytes, random.nextBoolean(), random.nextInt(8));
    ByteBuffer view = span.slice().order(ByteOrder.LITTLE_ENDIAN);
    double expected = largest(format, bytes, first, end);
    for (MagnitudeSearch search : searches(format)) {
      long key = search.largest(view, first, end, 0);
      if (format == FloatFormat.F8_E8M0 && first == end) {
        assertThat(key).isZero();
      } else {
        assertThat(value(format, key))
            .as("%s from %s to %s, %s, seed %s", format, first, end, search, seed)
            .isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(FloatFormat.class)
  void findsTheLargestOfAnyRange(FloatFormat format) {
    for (int run = 0; run < 400; run++) {
      int elements = 8 * random.nextInt(40);
      byte[] bytes = bytes(format, elements);
      long first = random.nextInt(elements + 1);
      check(format, bytes, first, first + random.nextInt(elements - (int) first + 1));
    }
  }

  /** Random bits, or small values, of which one may be large or not finite. */
  private byte[] bytes(FloatFormat format, int elements) {
    byte[] bytes = SpanFixtures.random(random, elements * format.bits() / 8);
    if (format.bits() >= 8 && random.nextInt(3) > 0) {
      int width = format.bits() / 8;
      for (int i = width - 1; i < bytes.length; i += width) {
        bytes[i] &= (byte) (random.nextInt(100) == 0 ? 0xFF : 0x9F);
      }
    }
    return bytes;
  }

  @ParameterizedTest
  @EnumSource(FloatFormat.class)
  void rangesOfSeveralPiecesAndTheirRests(FloatFormat format) {
    for (int run = 0; run < 12; run++) {
      int elements = 8 * (1000 + random.nextInt(3000));
      byte[] bytes = bytes(format, elements);
      long first = random.nextInt(100);
      check(format, bytes, first, elements - random.nextInt(100));
    }
  }

  @ParameterizedTest
  @EnumSource(FloatFormat.class)
  void nothingOfALaneReachesTheNext(FloatFormat format) {
    long[] ends = {0, 1, format.maxFiniteCode(), -1L >>> (64 - format.bits())};
    for (long high : ends) {
      for (long low : ends) {
        byte[] bytes = new byte[8 * format.bits()];
        for (int bit = 0; bit < bytes.length * 8; bit++) {
          long code = bit / format.bits() % 2 == 0 ? low : high;
          bytes[bit / 8] |= (byte) ((code >> bit % format.bits() & 1) << bit % 8);
        }
        check(format, bytes, 0, 64);
        check(format, bytes, 1, 2);
      }
    }
  }

  @Test
  void whatIsKnownIsNotLookedForAgain() {
    ByteBuffer ones = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 128; i++) {
      ones.putShort(2 * i, (short) 0xBF80);
    }
    for (MagnitudeSearch search : searches(FloatFormat.BF16)) {
      assertThat(search.largest(ones, 0, 128, 0)).isEqualTo(0x3F80);
      assertThat(search.largest(ones, 0, 128, 0x4000)).isEqualTo(0x4000);
      assertThat(search.largest(ones, 0, 128, 0x7F80)).isEqualTo(0x7F80);
      assertThat(search.largest(ones, 5, 5, 7)).isEqualTo(7);
    }
  }
}
