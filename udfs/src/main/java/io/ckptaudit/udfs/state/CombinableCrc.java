package io.ckptaudit.udfs.state;

/**
 * 32-bit CRCs of a byte sequence put together from pieces in any order.
 *
 * <p>A CRC is affine over GF(2): that of a sequence is the exclusive-or of what each piece
 * contributes in its place, which depends on the piece and on the number of bytes after it.
 *
 * <p>Lengths are in bytes, from 0 to 2^63 − 1; the empty sequence has CRC 0. Both are
 * bit-reflected, begin with all ones and end inverted. Source: RFC 1952 section 8 and RFC 3720
 * appendix B.4; zlib's {@code crc32_combine} for the arithmetic.
 */
public enum CombinableCrc {
  /** Of zip, gzip and PNG: {@link java.util.zip.CRC32}. */
  CRC32(0xEDB88320),
  /** Castagnoli's, of iSCSI: {@link java.util.zip.CRC32C}. */
  CRC32C(0x82F63B78);

  /** Reflected: the highest bit is x^0. */
  private static final int ONE = 0x80000000;

  private static final int MAX_LENGTH_BITS = 63;

  /** Without its leading term. */
  private final int polynomial;

  /** x^(8·2^k) modulo the polynomial. */
  private final int[] bytePowers;

  CombinableCrc(int polynomial) {
    this.polynomial = polynomial;
    bytePowers = new int[MAX_LENGTH_BITS];
    bytePowers[0] = ONE >>> 8;
    for (int k = 1; k < bytePowers.length; k++) {
      bytePowers[k] = multiply(bytePowers[k - 1], bytePowers[k - 1]);
    }
  }

  /**
   * What a piece contributes to its place in a sequence; 0 for an empty piece.
   *
   * @param crc of the piece alone
   * @param bytes length of the piece
   * @param bytesAfter bytes of the sequence that follow the piece
   */
  public int contribution(int crc, long bytes, long bytesAfter) {
    return multiply(crc ^ ofZeros(bytes), power(bytesAfter));
  }

  /** The CRC of the whole, from the exclusive-or of the contributions of all its pieces. */
  public int finish(int contributions, long bytes) {
    return contributions ^ ofZeros(bytes);
  }

  /** Of a number of zero bytes. */
  int ofZeros(long bytes) {
    return ~multiply(0xFFFFFFFF, power(bytes));
  }

  /** x^(8·bytes) modulo the polynomial. */
  int power(long bytes) {
    int product = ONE;
    for (int k = 0; k < bytePowers.length; k++) {
      if ((bytes >>> k & 1) == 1) {
        product = multiply(product, bytePowers[k]);
      }
    }
    return product;
  }

  /** Product of two polynomials modulo this one, all bit-reflected. */
  int multiply(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = 31; bit >= 0; bit--) {
      if ((a >>> bit & 1) == 1) {
        product ^= shifted;
      }
      shifted = (shifted & 1) == 1 ? shifted >>> 1 ^ polynomial : shifted >>> 1;
    }
    return product;
  }
}
