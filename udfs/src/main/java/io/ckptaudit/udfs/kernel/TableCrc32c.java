package io.ckptaudit.udfs.kernel;

/**
 * CRC-32C a byte at a time (RFC 3720 appendix B.4: polynomial 0x1EDC6F41 reflected, preset and
 * complemented), independent of the JDK's, whose intrinsic it checks.
 */
final class TableCrc32c {

  private static final int REFLECTED_POLYNOMIAL = 0x82F63B78;
  private static final int[] TABLE = table();

  private int remainder = -1;

  void update(byte next) {
    remainder = (remainder >>> Byte.SIZE) ^ TABLE[(remainder ^ next) & 0xFF];
  }

  int value() {
    return ~remainder;
  }

  void reset() {
    remainder = -1;
  }

  private static int[] table() {
    int[] table = new int[256];
    for (int i = 0; i < table.length; i++) {
      int remainder = i;
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        boolean carry = (remainder & 1) != 0;
        remainder = (remainder >>> 1) ^ (carry ? REFLECTED_POLYNOMIAL : 0);
      }
      table[i] = remainder;
    }
    return table;
  }
}
