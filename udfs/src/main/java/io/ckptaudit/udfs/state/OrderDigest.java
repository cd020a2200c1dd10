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

  private OrderDigest() {}

  /**
   * What a piece contributes to its place in a sequence; 0 for an empty piece.
   *
   * @param crc32c of the piece alone
   * @param bytes length of the piece
   * @param bytesAfter bytes of the sequence that follow the piece
   */
  public static int contribution(int crc32c, long bytes, long bytesAfter) {
    return CombinableCrc.CRC32C.contribution(crc32c, bytes, bytesAfter);
  }

  /** The CRC-32C of the whole, from the exclusive-or of the contributions of all its pieces. */
  public static int finish(int contributions, long bytes) {
    return CombinableCrc.CRC32C.finish(contributions, bytes);
  }
}
