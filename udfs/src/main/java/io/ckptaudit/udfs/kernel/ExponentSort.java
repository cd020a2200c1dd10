package io.ckptaudit.udfs.kernel;

import java.util.Arrays;

/**
 * Sorts F32 words by exponent field, and by sign within an exponent, positive ones first; the order
 * within a bucket is that of the input.
 *
 * <p>A counting sort without the counting, where it can be: most blocks resemble the one before, so
 * words are put where its buckets had room, and some more. Only where one overflows, which its end
 * tells afterwards, are they counted first. After that blocks are counted for a while.
 */
final class ExponentSort {

  /** Of exponent field and sign, the sign last. */
  static final int BUCKETS = 512;

  /** Exponent field of NaN and infinities. */
  static final int NOT_FINITE = 255;

  /** Shorter blocks are counted: to look at every bucket costs more. */
  private static final int SHORT = 4096;

  /** Room of a bucket beyond what the last block had in it: an eighth, and so many. */
  private static final int MORE = 32;

  /** Most blocks that are counted after one that overflowed. */
  private static final int MOST_CAUTION = 63;

  private static final int ROOM =
      WideCounter.BLOCK + WideCounter.BLOCK / 8 + BUCKETS * MORE + RunSums.SPARE;

  /** The buckets; what overflows the last one stays within, too. */
  private final int[] room = new int[ROOM + WideCounter.BLOCK];

  /** The words sorted, without gaps. */
  private int[] words = room;

  private final int[] ends = new int[BUCKETS];

  /** By sign and exponent field, sizes, or where words end. */
  private final int[] tops = new int[BUCKETS];

  private final int[] starts = new int[BUCKETS + 1];

  /** Blocks to count before the next attempt. */
  private int caution;

  private int lastCaution;
  private boolean isRoomKnown;

  /** What was sorted; room for that until the next call. */
  int[] words() {
    return words;
  }

  /** At least as long as a block, for use between calls. */
  int[] spare() {
    return room;
  }

  /** Where positive words of an exponent start. */
  int start(int exponent) {
    return exponent == 0 ? 0 : ends[2 * exponent - 1];
  }

  /** Where positive words of an exponent end, and negative ones start. */
  int middle(int exponent) {
    return ends[2 * exponent];
  }

  /** Where negative words of an exponent end. */
  int end(int exponent) {
    return ends[2 * exponent + 1];
  }

  int length() {
    return ends[BUCKETS - 1];
  }

  void clear() {
    Arrays.fill(ends, 0);
  }

  /**
   * @param from is overwritten
   */
  void sort(int[] from, int length) {
    if (length == 0) {
      clear();
    } else if (length < SHORT) {
      count(from, length);
    } else if (caution > 0 || !isRoomKnown) {
      caution = Math.max(0, caution - 1);
      count(from, length);
      makeRoom();
    } else if (distributeToRoom(from, length)) {
      lastCaution /= 2;
      makeRoom();
    } else {
      lastCaution = Math.min(MOST_CAUTION, 2 * lastCaution + 1);
      caution = lastCaution;
      count(from, length);
      makeRoom();
    }
  }

  /** Sign and exponent field, as words have them, of a bucket. */
  private static int top(int bucket) {
    return (bucket & 1) << 8 | bucket >>> 1;
  }

  /** A counting sort. */
  private void count(int[] from, int length) {
    Arrays.fill(tops, 0);
    countTops(from, length, tops);
    int start = 0;
    for (int b = 0; b < BUCKETS; b++) {
      int size = tops[top(b)];
      tops[top(b)] = start;
      start += size;
      ends[b] = start;
    }
    distribute(from, length, tops, room);
    words = room;
  }

  private void makeRoom() {
    int start = 0;
    int last = 0;
    for (int b = 0; b < BUCKETS; b++) {
      int size = ends[b] - last;
      last = ends[b];
      starts[b] = start;
      start += size + size / 8 + MORE;
    }
    starts[BUCKETS] = start;
    isRoomKnown = true;
  }

  /** Whether there was room in every bucket; then the words are moved together. */
  private boolean distributeToRoom(int[] from, int length) {
    for (int b = 0; b < BUCKETS; b++) {
      tops[top(b)] = starts[b];
    }
    distribute(from, length, tops, room);
    boolean fits = true;
    for (int b = 0; b < BUCKETS; b++) {
      fits &= tops[top(b)] <= starts[b + 1];
    }
    if (fits) {
      moveTogether(from);
    }
    return fits;
  }

  private void moveTogether(int[] to) {
    int end = 0;
    for (int b = 0; b < BUCKETS; b++) {
      int size = tops[top(b)] - starts[b];
      if (size > 0) {
        System.arraycopy(room, starts[b], to, end, size);
        end += size;
      }
      ends[b] = end;
    }
    words = to;
  }

  private static void countTops(int[] from, int length, int[] sizes) {
    for (int i = 0; i < length; i++) {
      sizes[from[i] >>> 23]++;
    }
  }

  /** The compiler knows the length of an array made here, and need not check its bounds. */
  private static void distribute(int[] from, int length, int[] places, int[] to) {
    int[] next = new int[BUCKETS];
    System.arraycopy(places, 0, next, 0, BUCKETS);
    for (int i = 0; i < length; i++) {
      int word = from[i];
      to[next[word >>> 23]++] = word;
    }
    System.arraycopy(next, 0, places, 0, BUCKETS);
  }
}
