package io.ckptaudit.udfs.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExponentSortTest {

  private final long seed = SpanFixtures.seed();
  private final Random random = new Random(seed);
  private final ExponentSort sort = new ExponentSort();

  private void assertSorts(int[] words) {
    int[] from = Arrays.copyOf(words, words.length + RunSums.SPARE);
    sort.sort(from, words.length);
    assertThat(sort.length()).as("-Dtests.seed=%s", seed).isEqualTo(words.length);
    int[] expected =
        IntStream.range(0, words.length)
            .mapToLong(i -> (long) bucket(words[i]) << 32 | i)
            .sorted()
            .mapToInt(key -> words[(int) key])
            .toArray();
    assertThat(Arrays.copyOf(sort.words(), words.length))
        .as("-Dtests.seed=%s", seed)
        .isEqualTo(expected);
    int[] sizes = new int[ExponentSort.BUCKETS];
    IntStream.of(words).forEach(word -> sizes[bucket(word)]++);
    for (int exponent = 0; exponent < 256; exponent++) {
      assertThat(sort.middle(exponent) - sort.start(exponent)).isEqualTo(sizes[2 * exponent]);
      assertThat(sort.end(exponent) - sort.middle(exponent)).isEqualTo(sizes[2 * exponent + 1]);
    }
  }

  private static int bucket(int word) {
    return (word >>> 23 & 0xFF) << 1 | word >>> 31;
  }

  private int[] gaussian(int length, double std) {
    return random
        .doubles(length)
        .map(none -> random.nextGaussian() * std)
        .mapToInt(value -> Float.floatToRawIntBits((float) value))
        .toArray();
  }

  @Test
  void sortsBlocksLikeTheOneBefore() {
    for (int block = 0; block < 5; block++) {
      assertSorts(gaussian(WideCounter.BLOCK - block, 0.02));
    }
  }

  /** The first of other values finds no room, and blocks after it are counted. */
  @Test
  void sortsBlocksUnlikeTheOneBefore() {
    for (int block = 0; block < 6; block++) {
      assertSorts(gaussian(WideCounter.BLOCK, block % 2 == 0 ? 0.02 : 1e-8));
    }
    for (int top : new int[] {511, 0, 255, 256, 511}) {
      assertSorts(gaussian(WideCounter.BLOCK, 0.02));
      assertSorts(gaussian(WideCounter.BLOCK, 0.02));
      int[] same = new int[WideCounter.BLOCK];
      Arrays.setAll(same, i -> top << 23 | i);
      assertSorts(same);
    }
  }

  @Test
  void sortsShortBlocks() {
    for (int length = 0; length < 200; length++) {
      assertSorts(random.ints(length).toArray());
    }
    assertSorts(random.ints(WideCounter.BLOCK).toArray());
    assertSorts(new int[0]);
  }
}
