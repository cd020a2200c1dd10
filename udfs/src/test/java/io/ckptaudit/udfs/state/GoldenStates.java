package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/** The states that {@code states/v2} holds the bytes of, by the name of the file. */
final class GoldenStates {

  /** 1, −2, +0, NaN, 1, −0, infinity, the smallest subnormal, −2. */
  static final int[] MIXED = {
    0x3F80, 0xC000, 0x0000, 0x7FC0, 0x3F80, 0x8000, 0x7F80, 0x0001, 0xC000
  };

  private GoldenStates() {}

  static Map<String, TensorState> all() {
    Map<String, TensorState> states = new LinkedHashMap<>();
    states.put("bf16-empty", CodeCounts.empty(DType.BF16));
    states.put("bf16-mixed", Parts.whole(DType.BF16, MIXED));
    states.put("bf16-mixed-tail", Parts.of(DType.BF16, MIXED, 3, MIXED.length));
    states.put("bf16-mixed-head", Parts.of(DType.BF16, MIXED, 0, 3));
    states.put("f16-nan-only", Parts.whole(DType.F16, 0x7E00, 0x7E00, 0x7E00).withoutPlace());
    states.put("f16-group", group());
    states.put("f8-e4m3-all", allCodes());
    states.put("i32-opaque", new OpaqueBytes(DType.I32, 3, digestOfTwelveBytes()));
    states.put("bool-opaque-scattered", new OpaqueBytes(DType.BOOL, Long.MAX_VALUE, null));
    return states;
  }

  private static CodeCounts group() {
    long[] counts = new long[DType.F16.format().codes()];
    counts[0x3C00] = 10_000_000_000_000L;
    counts[0xBC00] = 1L << 62;
    return CodeCounts.of(DType.F16, counts, -1, -1, -1, null);
  }

  private static CodeCounts allCodes() {
    long[] counts = new long[256];
    for (int code = 0; code < counts.length; code++) {
      counts[code] = code + 1;
    }
    return CodeCounts.of(DType.F8_E4M3, counts, 1L << 40, 3, 127, null);
  }

  private static int digestOfTwelveBytes() {
    CRC32C crc = new CRC32C();
    for (int i = 0; i < 12; i++) {
      crc.update(i);
    }
    return OrderDigest.contribution((int) crc.getValue(), 12, 0);
  }

  static byte[] bytes(String name) {
    try (InputStream in = GoldenStates.class.getResourceAsStream("/states/v2/" + name + ".state")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
