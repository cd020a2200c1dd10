package io.ckptaudit.job.container.zip;

import java.util.Arrays;
import java.util.Random;

/** Archives with a few bytes changed, mostly where the directory is. */
final class Mutants {
  private Mutants() {}

  static byte[] of(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
      int at = place(bytes.length, random);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) (random.nextBoolean() ? 0xFF : 0);
        case 2 -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length + 64));
        default -> {
          int length = Math.min(random.nextInt(64), bytes.length - at);
          System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
        }
      }
    }
    return bytes;
  }

  private static int place(int length, Random random) {
    return random.nextInt(3) == 0
        ? random.nextInt(length)
        : length - 1 - random.nextInt(Math.min(length, 700));
  }
}
