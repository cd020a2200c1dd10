package io.ckptaudit.job.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/** Files of a format with a few changes, mostly where they hurt. */
public final class Mutants {
  private static final String[] PIECES = {
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "-1",
    "1e9",
    "18446744073709551615",
    "\\ud800",
    "\0",
    "\"dtype\":",
    "\"F7\"",
    "\"__metadata__\":",
    "null",
    "\u00ff",
    "/../",
    "9223372036854775807"
  };

  private Mutants() {}

  /** Mostly in the pickle, which is in front in both kinds of files. */
  public static byte[] torch(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
      int at = random.nextInt(random.nextInt(4) == 0 ? bytes.length : Math.min(bytes.length, 900));
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = original[random.nextInt(Math.min(original.length, 900))];
        case 2 -> bytes[at] = (byte) random.nextInt();
        case 3 -> bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at + 1) : bytes;
        default -> {
          int length = Math.min(random.nextInt(32), bytes.length - at);
          System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
        }
      }
    }
    return bytes;
  }

  /** Of a fixture with a header of some 1,152 bytes, mostly in it. */
  public static byte[] safetensors(byte[] original, Random random) {
    byte[] bytes = original.clone();
    int header = 8 + 1152;
    for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
      switch (random.nextInt(5)) {
        case 0 ->
            bytes[random.nextInt(Math.min(bytes.length, header))] ^=
                (byte) (1 << random.nextInt(8));
        case 1 -> bytes = Arrays.copyOf(bytes, 1 + random.nextInt(bytes.length + 16));
        case 2 -> bytes = splice(bytes, random, PIECES[random.nextInt(PIECES.length)]);
        case 3 -> bytes[random.nextInt(Math.min(bytes.length, 8))] = (byte) random.nextInt();
        default ->
            bytes[Math.min(bytes.length - 1, 8 + random.nextInt(header))] =
                (byte) ('0' + random.nextInt(10));
      }
    }
    return bytes;
  }

  /** Puts a piece over the header, or into it with the length adjusted. */
  private static byte[] splice(byte[] bytes, Random random, String piece) {
    byte[] inserted = piece.getBytes(StandardCharsets.ISO_8859_1);
    int at = Math.min(bytes.length, 8 + random.nextInt(1152));
    ByteBuffer out =
        ByteBuffer.allocate(bytes.length + inserted.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put(bytes, 0, at).put(inserted).put(bytes, at, bytes.length - at);
    if (random.nextBoolean() && out.capacity() >= 8) {
      out.putLong(0, out.getLong(0) + inserted.length);
    }
    return out.array();
  }
}
