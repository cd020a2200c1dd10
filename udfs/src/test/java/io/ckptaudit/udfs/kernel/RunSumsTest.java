package io.ckptaudit.udfs.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sums on the Vector API held to the plain ones. */
class RunSumsTest {

  private final long seed = SpanFixtures.seed();
  private final Random random = new Random(seed);

  @Test
  void sumsOfRunsAgree() {
    for (int run = 0; run < 100; run++) {
      int length = random.nextInt(run % 10 == 0 ? 30_000 : 400);
      int first = random.nextInt(40);
      int end = first + length;
      int[] words = runOfOneExponent(end + RunSums.SPARE);
      RunSums plain = new RunSums();
      RunSums fast = new VectorRunSums();
      assertSameResiduals(plain, fast, words, first, end);
      IntStream.range(0, words.length)
          .forEach(i -> words[i] |= (words[i] & RunSums.BF16_LOW_HALF) == 0 ? 0x40 : 0);
      ResidualSums nearest = new ResidualSums();
      int middle = first + random.nextInt(length + 1);
      assertThat(plain.addValues(words, first, middle, end, null)).isFalse();
      if (fast.addValues(words, first, middle, end, nearest)) {
        ResidualSums expected = new ResidualSums();
        IntStream.range(first, end)
            .map(i -> words[i] & 0x7FFFFF | 0x800000)
            .forEach(m -> expected.add(Math.abs((m + 0x8000 & ~0xFFFF) - m), m));
        assertSame(nearest, expected);
      } else {
        assertThat(length).isLessThan(128);
      }
      assertSame(fast, plain, "sum", "sumSq", "trailingZeros");
    }
  }

  private void assertSameResiduals(RunSums plain, RunSums fast, int[] words, int first, int end) {
    int shift = 13 + random.nextInt(9);
    boolean isWrong = random.nextBoolean();
    short[] codes = codes(words, shift, isWrong);
    int mask = Integer.MIN_VALUE | (1 << 24) - (1 << shift);
    RunSums.CodeLine line = new RunSums.CodeLine(mask, shift, words[0] & 0x7F800000);
    float share = random.nextInt(3) * 0x1p-11f;
    assertThat(fast.addResiduals(words, codes, first, end, line, share))
        .isEqualTo(plain.addResiduals(words, codes, first, end, line, share));
    assertThat(largest(fast)).as("-Dtests.seed=%s", seed).isEqualTo(largest(plain));
    if (largest(plain) <= 1 << shift - 1) {
      assertSame(fast.residuals, plain.residuals);
    } else {
      assertThat(isWrong).isTrue();
    }
  }

  /** Of words of one exponent: their fractions to the nearest code, ties to either, or wrong. */
  private short[] codes(int[] words, int shift, boolean isWrong) {
    short[] codes = new short[words.length];
    for (int i = 0; i < words.length; i++) {
      int fraction = words[i] & 0x7FFFFF;
      int moved =
          isWrong
              ? fraction + (random.nextInt(3) - 1) * random.nextInt(1 << shift)
              : fraction + (1 << shift - 1) - random.nextInt(2);
      int magnitudes = (1 << 24 - shift) - 1;
      codes[i] = (short) (moved >> shift & magnitudes | (words[i] < 0 ? ~magnitudes : 0));
    }
    return codes;
  }

  private static int largest(RunSums sums) {
    return sums.residuals.largest;
  }

  @Test
  void castsToBf16AreTheNearestOrNot() {
    for (int run = 0; run < 100; run++) {
      int end = 1 + random.nextInt(run % 10 == 0 ? 30_000 : 400);
      int first = random.nextInt(end);
      int[] words = runOfOneExponent(end + RunSums.SPARE);
      short[] codes = new short[words.length];
      for (int i = 0; i < words.length; i++) {
        codes[i] = (short) (words[i] + 0x8000 - random.nextInt(2) >> 16);
      }
      float share = random.nextInt(3) * 0x1p-9f;
      for (RunSums sums : new RunSums[] {new RunSums(), new VectorRunSums()}) {
        assertThat(sums.areNearest(words, codes, first, end, share)).isTrue();
        RunSums other = new RunSums();
        other.addResiduals(words, codes, first, end, new RunSums.CodeLine(-1 << 16, 16, 0), share);
        assertSame(sums.residuals, other.residuals, "largest", "isShareMatched");
      }
      int at = first + random.nextInt(end - first);
      codes[at] = (short) (codes[at] + (random.nextBoolean() ? 2 : 0x8000));
      for (RunSums sums : new RunSums[] {new RunSums(), new VectorRunSums()}) {
        assertThat(sums.areNearest(words, codes, first, end, share))
            .as("-Dtests.seed=%s", seed)
            .isFalse();
      }
    }
  }

  private int[] runOfOneExponent(int length) {
    int upper = random.nextInt() & 0xFF800000;
    int zeros = random.nextInt(24);
    return random.ints(length).map(word -> upper | word >>> 9 >>> zeros << zeros).toArray();
  }

  private void assertSame(Object fast, Object plain, String... fields) {
    assertThat(fast)
        .as("-Dtests.seed=%s", seed)
        .usingRecursiveComparison()
        .comparingOnlyFields(
            fields.length > 0 ? fields : new String[] {"sum", "sumSq", "counts", "reaching"})
        .isEqualTo(plain);
  }
}
