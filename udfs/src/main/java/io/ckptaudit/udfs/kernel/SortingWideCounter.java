package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * The fast twin, for F32: each block is sorted by exponent and sign, so that whatever is kept by
 * binade is summed in registers over a run of elements, in integers. Within a block no sum exceeds
 * 2^48 · 2^15.
 */
final class SortingWideCounter implements WideCounter {

  private static final int MAGNITUDE = Integer.MAX_VALUE;
  private static final int INFINITY = 0x7F800000;

  /** One held value in so many is few: to branch on it costs little. */
  private static final int FEW = 64;

  private static final int POSITIVE_NAN = 255;
  private static final int NEGATIVE_NAN = 511;

  private final SpanCrc32c crc = new SpanCrc32c();
  private final CodeTables bf16 = new WideCodeTables();
  private final RunSums sums;
  private final BinadeTally values = new BinadeTally();
  private final Map<Target, SortedCasts> casts = new EnumMap<>(Target.class);

  private final int[] words = new int[BLOCK + RunSums.SPARE];
  private final int[] sorted = new int[BLOCK + RunSums.SPARE];
  private final int[] ends = new int[BinadeTally.BUCKETS];
  private final short[] upperHalves = new short[BLOCK + RunSums.SPARE];
  private final ByteBuffer heldCodes =
      ByteBuffer.allocateDirect(BLOCK * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private long elements;
  private long nan;
  private float min;
  private float max;
  private long firstMinIndex;
  private long firstMaxIndex;
  private long firstNonFiniteIndex;

  SortingWideCounter(RunSums sums) {
    this.sums = sums;
    reset();
  }

  @Override
  public FloatFormat format() {
    return FloatFormat.F32;
  }

  @Override
  public int separate(ByteBuffer block, ByteBuffer others) {
    int length = WideCounter.requireBlock(FloatFormat.F32, block);
    ByteBuffer bytes = block.slice().order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().get(words, 0, length);
    crc.update(bytes);
    sums.survey(words, length);
    updateExtremes(sums.lowestKey, sums.highestKey, length);
    elements += length;
    int count = sums.held == 0 ? length : setHeldApart(length, sums.held);
    sort(count);
    others.slice().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(sorted, 0, count);
    nan += size(POSITIVE_NAN) + size(NEGATIVE_NAN);
    values.add(sorted, ends, sums);
    return count;
  }

  private int size(int bucket) {
    return ends[bucket] - ends[bucket - 1];
  }

  /** Counts what BF16 holds and moves the others together. */
  private int setHeldApart(int length, int held) {
    if (held < length / FEW) {
      moveFew(words, sorted, length);
    } else if (held < length) {
      moveMany(words, sorted, length);
    }
    sums.upperHalves(held < length ? sorted : words, held, upperHalves);
    heldCodes.asShortBuffer().put(0, upperHalves, 0, held);
    bf16.count(heldCodes, 0, held * Short.BYTES);
    return length - held;
  }

  private static void moveFew(int[] words, int[] held, int length) {
    int kept = 0;
    int apart = 0;
    for (int i = 0; i < length; i++) {
      int word = words[i];
      if ((word & RunSums.BF16_LOW_HALF) == 0) {
        held[apart++] = word;
      } else {
        words[kept++] = word;
      }
    }
  }

  /** Without a branch, which would be taken unforeseen. */
  private static void moveMany(int[] words, int[] held, int length) {
    int kept = 0;
    int apart = 0;
    for (int i = 0; i < length; i++) {
      int word = words[i];
      int isHeld = (word & RunSums.BF16_LOW_HALF) - 1 >>> 31;
      held[apart] = word;
      words[kept] = word;
      apart += isHeld;
      kept += 1 - isHeld;
    }
  }

  /** A counting sort; afterwards {@code ends[b]} is where bucket b ends. */
  private void sort(int length) {
    Arrays.fill(ends, 0);
    countBuckets(words, length, ends);
    int start = 0;
    for (int b = 0; b < BinadeTally.BUCKETS; b++) {
      int size = ends[b];
      ends[b] = start;
      start += size;
    }
    distribute(words, length, ends, sorted);
  }

  private static void countBuckets(int[] words, int length, int[] sizes) {
    for (int i = 0; i < length; i++) {
      sizes[words[i] >>> 23]++;
    }
  }

  private static void distribute(int[] words, int length, int[] next, int[] to) {
    for (int i = 0; i < length; i++) {
      int word = words[i];
      to[next[word >>> 23]++] = word;
    }
  }

  private void updateExtremes(int lowestKey, int highestKey, int length) {
    int lowest = lowestKey;
    int highest = highestKey;
    if (lowest <= RunSums.key(INFINITY | ~MAGNITUDE) || highest >= INFINITY) {
      findNonFinite(length);
      lowest = Integer.MAX_VALUE;
      highest = Integer.MIN_VALUE;
      for (int i = 0; i < length; i++) {
        if ((words[i] & MAGNITUDE) < INFINITY) {
          lowest = Math.min(lowest, RunSums.key(words[i]));
          highest = Math.max(highest, RunSums.key(words[i]));
        }
      }
    }
    if (lowest <= highest) {
      updateExtremes(
          Float.intBitsToFloat(RunSums.key(lowest)),
          Float.intBitsToFloat(RunSums.key(highest)),
          length);
    }
  }

  /** Of a block that has such an element. */
  private void findNonFinite(int length) {
    for (int i = 0; i < length && firstNonFiniteIndex < 0; i++) {
      if ((words[i] & MAGNITUDE) >= INFINITY) {
        firstNonFiniteIndex = elements + i;
      }
    }
  }

  private void updateExtremes(float lowest, float highest, int length) {
    if (firstMinIndex < 0 || lowest < min) {
      min = lowest;
      firstMinIndex = elements + indexOf(lowest, length);
    }
    if (firstMaxIndex < 0 || highest > max) {
      max = highest;
      firstMaxIndex = elements + indexOf(highest, length);
    }
  }

  /** Compared as values: zeros of both signs are equal. */
  private int indexOf(float value, int length) {
    int i = 0;
    while (i < length && Float.intBitsToFloat(words[i]) != value) {
      i++;
    }
    return i;
  }

  @Override
  public void count(Target target, ByteBuffer codes, FarCast far) {
    casts
        .computeIfAbsent(target, none -> new SortedCasts(target, sums))
        .add(sorted, ends, codes, far);
  }

  @Override
  public long elements() {
    return elements;
  }

  @Override
  public long firstMinIndex() {
    return firstMinIndex;
  }

  @Override
  public long firstMaxIndex() {
    return firstMaxIndex;
  }

  @Override
  public long firstNonFiniteIndex() {
    return firstNonFiniteIndex;
  }

  @Override
  public int crc32c() {
    return crc.value();
  }

  @Override
  public void drainTo(WideTally tally) {
    int[] held = bf16.codes();
    if (held.length > 0) {
      tally.bf16(held, Arrays.stream(held).mapToLong(bf16::count).toArray());
    }
    if (nan > 0) {
      tally.nan(nan);
    }
    values.drainTo(tally);
    casts.values().forEach(cast -> cast.drainTo(tally));
  }

  @Override
  public void reset() {
    crc.reset();
    bf16.reset();
    values.reset();
    casts.values().forEach(SortedCasts::reset);
    Arrays.fill(ends, 0);
    elements = 0;
    nan = 0;
    firstMinIndex = -1;
    firstMaxIndex = -1;
    firstNonFiniteIndex = -1;
  }
}
