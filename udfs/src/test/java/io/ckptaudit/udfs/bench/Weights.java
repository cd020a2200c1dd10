package io.ckptaudit.udfs.bench;

import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/** The data that benchmarks read, by name; much larger than any cache unless asked otherwise. */
final class Weights {

  /** Distinct values that are tiled over a buffer: more than a second-level cache holds. */
  private static final int TILE = 1 << 22;

  private Weights() {}

  /**
   * 16-bit elements: {@code gaussian-bf16} and {@code gaussian-f16} (standard deviation 0.02, as
   * weight matrices have), {@code uniform} (every code alike), {@code constant}, and {@code sparse}
   * (nine of ten BF16 elements are zero).
   */
  static ByteBuffer codes(String data, int bytes) {
    Random random = new Random(20_261_122);
    short[] tile = new short[Math.min(TILE, bytes / Short.BYTES)];
    for (int i = 0; i < tile.length; i++) {
      tile[i] = code(data, random);
    }
    ByteBuffer buffer = direct(bytes);
    for (int start = 0; start < bytes / Short.BYTES; start += tile.length) {
      buffer.asShortBuffer().put(start, tile);
    }
    return buffer;
  }

  private static short code(String data, Random random) {
    double weight = random.nextGaussian() * 0.02;
    return (short)
        switch (data) {
          case "gaussian-bf16" -> FloatFormat.BF16.round(weight);
          case "gaussian-f16" -> FloatFormat.F16.round(weight);
          case "uniform" -> random.nextInt();
          case "constant" -> 0x3F80;
          case "sparse" -> random.nextInt(10) == 0 ? FloatFormat.BF16.round(weight) : 0;
          default -> throw new IllegalArgumentException("Unknown data '" + data + "'");
        };
  }

  /** F32 weights of standard deviation 0.02. */
  static ByteBuffer floats(int elements) {
    Random random = new Random(20_261_122);
    ByteBuffer buffer = direct(elements * Float.BYTES);
    for (int i = 0; i < elements; i++) {
      buffer.putFloat(i * Float.BYTES, (float) (random.nextGaussian() * 0.02));
    }
    return buffer;
  }

  static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
