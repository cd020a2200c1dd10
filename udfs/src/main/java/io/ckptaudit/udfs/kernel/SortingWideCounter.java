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

  private final SpanCrc32c crc = new SpanCrc32c();
  private final CodeTables bf16 = new WideCodeTables();
  private final RunSums sums;
  private final BinadeTally values = new BinadeTally();
  private final Map<Target, SortedCasts> casts = new EnumMap<>(Target.class);

  private final int[] words = new int[BLOCK + RunSums.SPARE];
  private final ExponentSort sorted = new ExponentSort();
  private final ResidualSums[] nearest = new ResidualSums[ExponentSort.NOT_FINITE];
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
    sorted.sort(words, count);
    others.slice().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(sorted.words(), 0, count);
    nan += sorted.end(ExponentSort.NOT_FINITE) - sorted.start(ExponentSort.NOT_FINITE);
    values.add(sorted, sums, nearest);
    return count;
  }

  /** Counts what BF16 holds and moves the others together. */
  private int setHeldApart(int length, int held) {
    if (held < length / FEW) {
      moveFew(words, sorted.spare(), held, length);
    } else if (held < length) {
      moveMany(words, sorted.spare(), length);
    }
    sums.upperHalves(held < length ? sorted.spare() : words, held, upperHalves);
    heldCodes.asShortBuffer().put(0, upperHalves, 0, held);
    bf16.count(heldCodes, 0, held * Short.BYTES);
    return length - held;
  }

  /** Puts words from the end in their places: their order does not matter. */
  private static void moveFew(int[] words, int[] held, int count, int length) {
    int end = length;
    int apart = 0;
    for (int i = 0; apart < count; ) {
      int word = words[i];
      if ((word & RunSums.BF16_LOW_HALF) == 0) {
        held[apart++] = word;
        words[i] = words[--end];
      } else {
        i++;
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
        .add(sorted, nearest, codes, far);
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
    sorted.clear();
    elements = 0;
    nan = 0;
    firstMinIndex = -1;
    firstMaxIndex = -1;
    firstNonFiniteIndex = -1;
  }
}
