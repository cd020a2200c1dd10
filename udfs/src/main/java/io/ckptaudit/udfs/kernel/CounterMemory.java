package io.ckptaudit.udfs.kernel;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * One int counter per 16-bit code, 256 KiB outside the heap, aligned to cache lines; freed when the
 * object is collected. The loop runs on raw addresses for direct buffers where the JVM allows it,
 * else through the buffers, a third to a half slower, with the same results.
 */
final class CounterMemory {

  static final int COUNTERS = 1 << Short.SIZE;

  private static final int CACHE_LINE = 64;

  /** Counters looked at in one go: those of a cache line. */
  private static final int STRIDE = CACHE_LINE / Integer.BYTES;

  private static final int BYTES = COUNTERS * Integer.BYTES;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(BYTES).asReadOnlyBuffer();

  /** Why raw addresses cannot be used in this JVM, or nothing; asked once. */
  private static final Optional<String> RAW_FAULT = rawFault();

  private final ByteBuffer memory;
  private final IntBuffer counters;
  private final long address;

  /** Room for the codes that were counted, which are asked for once a split; null until then. */
  private int[] occurring;

  CounterMemory() {
    this(RAW_FAULT.isEmpty());
  }

  /**
   * @param raw whether raw addresses may be used
   */
  CounterMemory(boolean raw) {
    memory =
        ByteBuffer.allocateDirect(BYTES + CACHE_LINE)
            .alignedSlice(CACHE_LINE)
            .slice(0, BYTES)
            .order(ByteOrder.nativeOrder());
    counters = memory.asIntBuffer();
    address = raw ? RawCounting.addressOf(memory) : 0;
  }

  private static Optional<String> rawFault() {
    try {
      return RawCounting.fault();
    } catch (LinkageError e) {
      return Optional.of(String.valueOf(e));
    }
  }

  /** Why counting is slower in this JVM than it could be, and what to do, or nothing. */
  static Optional<String> fault() {
    return RAW_FAULT.map(
        why ->
            "counting cannot use raw memory ("
                + why
                + ") and is slower; start Java with --sun-misc-unsafe-memory-access=allow");
  }

  /** Counts the 16-bit elements of a little-endian buffer between two byte offsets. */
  void count(ByteBuffer codes, int from, int to) {
    int raw = address != 0 && codes.isDirect() ? (to - from) & -Long.BYTES : 0;
    if (raw > 0) {
      RawCounting.count(RawCounting.addressOf(codes) + from, raw, address);
      Reference.reachabilityFence(codes);
      Reference.reachabilityFence(memory);
    }
    for (int i = from + raw; i < to; i += Short.BYTES) {
      add(codes.getShort(i) & 0xFFFF, 1);
    }
  }

  /** What a code was counted, as an unsigned int. */
  int get(int code) {
    return counters.get(code);
  }

  void add(int code, int count) {
    counters.put(code, counters.get(code) + count);
  }

  void clear(int code) {
    counters.put(code, 0);
  }

  void clear() {
    memory.put(0, ZEROS, 0, BYTES);
  }

  /** The first code between two, both included, that was counted; −1 if none was. */
  int firstCounted(int first, int last) {
    // From 0 by steps of one: of other loops the compiler must prove that their ends do not wrap,
    // and gives up those of which it cannot.
    int codes = last - first + 1;
    int lines = codes / STRIDE;
    int line = 0;
    while (line < lines && !anyCounted(first + line * STRIDE)) {
      line++;
    }
    for (int i = line * STRIDE; i < codes; i++) {
      if (counters.get(first + i) != 0) {
        return first + i;
      }
    }
    return -1;
  }

  /** The last code between two, both included, that was counted; −1 if none was. */
  int lastCounted(int first, int last) {
    int codes = last - first + 1;
    int lines = codes / STRIDE;
    int line = 0;
    while (line < lines && !anyCounted(last + 1 - (line + 1) * STRIDE)) {
      line++;
    }
    for (int i = line * STRIDE; i < codes; i++) {
      if (counters.get(last - i) != 0) {
        return last - i;
      }
    }
    return -1;
  }

  /** All codes that were counted, ascending. */
  int[] codes() {
    occurring = occurring == null ? new int[COUNTERS] : occurring;
    int found = 0;
    for (int first = 0; first < COUNTERS; first += STRIDE) {
      if (anyCounted(first)) {
        for (int code = first; code < first + STRIDE; code++) {
          occurring[found] = code;
          found += counters.get(code) == 0 ? 0 : 1;
        }
      }
    }
    return Arrays.copyOf(occurring, found);
  }

  /** Whether any of {@link #STRIDE} counters is not zero. */
  private boolean anyCounted(int first) {
    int at = first * Integer.BYTES;
    if (address == 0) {
      return anySet(at);
    }
    boolean any = RawCounting.anySet(address + at);
    Reference.reachabilityFence(memory);
    return any;
  }

  private boolean anySet(int at) {
    long any = 0;
    for (int i = at; i < at + CACHE_LINE; i += Long.BYTES) {
      any |= memory.getLong(i);
    }
    return any != 0;
  }
}
