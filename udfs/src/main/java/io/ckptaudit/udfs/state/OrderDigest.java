package io.ckptaudit.udfs.state;

/**
 * CRC-32C of a byte sequence put together from pieces in any order.
 *
 * <p>A CRC is affine over GF(2), so the digest of a sequence is the exclusive-or of what each piece
 * contributes in its place. A contribution depends on the piece and on the number of bytes after
 * it, not on its neighbours, so merging is one exclusive-or: commutative, associative, identity 0.
 *
 * <p>Guards against accident, not malice. Lengths are in bytes, from 0 to 2^63 − 1; the empty
 * sequence has digest 0. Source: RFC 3720 appendix B.4 (Castagnoli polynomial); zlib's {@code
 * crc32_combine} for the arithmetic.
 */
public final class OrderDigest {

  /** The Castagnoli polynomial, bit-reflected, without its leading term. */
  private static final int POLYNOMIAL = 0x82F63B78;

  /** Reflected: the highest bit is x^0. */
  private static final int ONE = 0x80000000;

  private static final int MAX_LENGTH_BITS = 63;

  /** x^(8·2^k) modulo the polynomial. */
  private static final int[] BYTE_POWERS = bytePowers();

  private OrderDigest() {}

  /**
   * What a piece contributes to its place in a sequence; 0 for an empty piece.
   *
   * @param crc32c of the piece alone
   * @param bytes length of the piece
   * @param bytesAfter bytes of the sequence that follow the piece
   */
  public static int contribution(int crc32c, long bytes, long bytesAfter) {
    return multiply(crc32c ^ ofZeros(bytes), power(bytesAfter));
  }

  /** The CRC-32C of the whole, from the exclusive-or of the contributions of all its pieces. */
  public static int finish(int contributions, long bytes) {
    return contributions ^ ofZeros(bytes);
  }

  /** CRC-32C of a number of zero bytes. */
  private static int ofZeros(long bytes) {
    return ~multiply(0xFFFFFFFF, power(bytes));
  }

  /** x^(8·bytes) modulo the polynomial. */
  private static int power(long bytes) {
    int product = ONE;
    for (int k = 0; k < BYTE_POWERS.length; k++) {
      if ((bytes >>> k & 1) == 1) {
        product = multiply(product, BYTE_POWERS[k]);
      }
    }
    return product;
  }

  private static int[] bytePowers() {
    int[] powers = new int[MAX_LENGTH_BITS];
    powers[0] = ONE >>> 8;
    for (int k = 1; k < powers.length; k++) {
      powers[k] = multiply(powers[k - 1], powers[k - 1]);
    }
    return powers;
  }

  /** Product of two polynomials modulo the Castagnoli one, all bit-reflected. */
  private static int multiply(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = 31; bit >= 0; bit--) {
      if ((a >>> bit & 1) == 1) {
        product ^= shifted;
      }
      shifted = (shifted & 1) == 1 ? shifted >>> 1 ^ POLYNOMIAL : shifted >>> 1;
    }
    return product;
  }
}
