package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;

/** The states that {@code states/v2} holds the bytes of, by the name of the file. */
final class GoldenStates {

  /** 1, −2, +0, NaN, 1, −0, infinity, the smallest subnormal, −2. */
  static final int[] MIXED = {
    0x3F80, 0xC000, 0x0000, 0x7FC0, 0x3F80, 0x8000, 0x7F80, 0x0001, 0xC000
  };

  /**
   * Twice 1.1; −3; a NaN that BF16 cannot hold and one it can; a subnormal; what F16 loses, clips
   * near and far, keeps and flushes.
   */
  private static final double[] WIDE = {
    1.1f,
    -3,
    Float.intBitsToFloat(0x7FC00001),
    0x1.8p-140,
    500.1f,
    0,
    Double.POSITIVE_INFINITY,
    Float.intBitsToFloat(0x7FC00000),
    1e9f,
    -1e30f,
    65519.996f,
    -65520,
    1 + 0x1p-10,
    2.9e-8f,
    -1e-5f,
    1.1f
  };

  private static final double[] DOUBLES = {
    Math.PI,
    -2,
    1e300,
    61440 - 0x1p-30,
    1 + 0x1p-8 + 0x1p-40,
    Double.MIN_VALUE,
    Double.NEGATIVE_INFINITY,
    Double.longBitsToDouble(0x7FF8000000000001L),
    0.1
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
    states.put("f32-empty", WideCounts.empty(DType.F32, Set.of()));
    states.put("f32-mixed", wide(0, WIDE.length, Target.F8_E4M3_SAT));
    states.put("f32-mixed-head", wide(0, 5, Target.F8_E4M3_SAT));
    states.put("f32-mixed-tail", wide(5, WIDE.length, Target.F8_E4M3_SAT));
    states.put("f32-group", wide(0, WIDE.length, Target.F8_E5M2).repeated(1L << 44));
    states.put(
        "f64-mixed",
        WideParts.part(
            DType.F64,
            DOUBLES,
            0,
            DOUBLES.length,
            Set.of(Target.F32, Target.F8_E5M2_SAT),
            new KernelConversions()));
    return states;
  }

  private static WideCounts wide(int from, int to, Target target) {
    return WideParts.part(DType.F32, WIDE, from, to, Set.of(target), new KernelConversions());
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
