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
 * 2^48 · 2^13.
 */
final class SortingWideCounter implements WideCounter {

  private static final int MAGNITUDE = Integer.MAX_VALUE;
  private static final int INFINITY = 0x7F800000;
  private static final int BF16_LOW_HALF = 0xFFFF;

  /** Twice the exponent field, plus one for negative values; then what BF16 holds. */
  private static final int HELD = 512;

  private static final int NAN = 510;

  private final SpanCrc32c crc = new SpanCrc32c();
  private final CodeTally bf16 = new CodeTally(Short.SIZE);
  private final BinadeTally values = new BinadeTally();
  private final Map<Target, SortedCasts> casts = new EnumMap<>(Target.class);

  private final int[] words = new int[BLOCK];
  private final int[] sorted = new int[BLOCK];
  private final int[] ends = new int[HELD + 1];

  private long elements;
  private long nan;
  private float min;
  private float max;
  private long firstMinIndex;
  private long firstMaxIndex;

  SortingWideCounter() {
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
    updateExtremes(length);
    elements += length;
    if (isHeldByBf16(length)) {
      Arrays.fill(ends, 0);
      countHeld(words, 0, length);
      return 0;
    }
    sort(length);
    int count = ends[HELD - 1];
    countHeld(sorted, count, length);
    others.slice().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(sorted, 0, count);
    nan += count - ends[NAN - 1];
    values.add(sorted, ends);
    return count;
  }

  private boolean isHeldByBf16(int length) {
    int any = 0;
    for (int i = 0; i < length; i++) {
      any |= words[i];
    }
    return (any & BF16_LOW_HALF) == 0;
  }

  private void countHeld(int[] from, int start, int end) {
    bf16.expect(end - start);
    int[] counters = bf16.pending;
    for (int i = start; i < end; i++) {
      int code = from[i] >>> Short.SIZE;
      counters[code]++;
      bf16.touch(code);
    }
  }

  private static int bucket(int word) {
    return (word & BF16_LOW_HALF) == 0 ? HELD : word >>> 22 & 0x1FE | word >>> 31;
  }

  /** A counting sort; afterwards {@code ends[b]} is where bucket b ends. */
  private void sort(int length) {
    Arrays.fill(ends, 0);
    for (int i = 0; i < length; i++) {
      ends[bucket(words[i])]++;
    }
    int start = 0;
    for (int b = 0; b <= HELD; b++) {
      int size = ends[b];
      ends[b] = start;
      start += size;
    }
    for (int i = 0; i < length; i++) {
      sorted[ends[bucket(words[i])]++] = words[i];
    }
  }

  /** The order of values as the order of integers, for all but zeros; its own inverse. */
  private static int key(int word) {
    return word ^ word >> 31 >>> 1;
  }

  private void updateExtremes(int length) {
    int lowest = Integer.MAX_VALUE;
    int highest = Integer.MIN_VALUE;
    for (int i = 0; i < length; i++) {
      int key = key(words[i]);
      lowest = Math.min(lowest, key);
      highest = Math.max(highest, key);
    }
    if (lowest <= key(INFINITY | ~MAGNITUDE) || highest >= INFINITY) {
      lowest = Integer.MAX_VALUE;
      highest = Integer.MIN_VALUE;
      for (int i = 0; i < length; i++) {
        if ((words[i] & MAGNITUDE) < INFINITY) {
          lowest = Math.min(lowest, key(words[i]));
          highest = Math.max(highest, key(words[i]));
        }
      }
    }
    if (lowest <= highest) {
      updateExtremes(Float.intBitsToFloat(key(lowest)), Float.intBitsToFloat(key(highest)), length);
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
    casts.computeIfAbsent(target, SortedCasts::new).add(sorted, ends, codes, far);
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
  public int crc32c() {
    return crc.value();
  }

  @Override
  public void drainTo(WideTally tally) {
    bf16.drainTo(tally::bf16);
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
  }
}
