package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;

/**
 * Element conversions between spans of little-endian elements. Stateless: one instance serves all
 * threads.
 *
 * <p>Every method reads and writes {@code elements} elements from the position of each buffer on,
 * and touches no byte beyond them. Buffers may be direct or on the heap, at any address; their
 * position, limit and order are left as they are, and the order they have set is ignored. Source
 * and result must not overlap.
 *
 * <p>Results are those of {@link FloatFormat#decode} and {@link Target#cast} bit for bit: rounded
 * once, to nearest, ties to even; subnormals are kept on both sides; zeros keep their sign. Every
 * NaN becomes the canonical one of the result: quiet, sign and payload clear.
 *
 * <p>All throw {@link IndexOutOfBoundsException} before anything is written if a buffer holds fewer
 * than {@code elements} from its position to its limit.
 */
public sealed interface ConversionKernel permits ScalarConversions, VectorConversions {

  /**
   * Widens elements of at most 16 bits to F32, which holds all of them exactly. Those of 4 and 6
   * bits are not packed here: each is the low bits of a byte, whose other bits are ignored.
   *
   * @throws IllegalArgumentException for sources of other widths
   */
  void toFloat(FloatFormat source, ByteBuffer codes, ByteBuffer floats, int elements);

  /**
   * Rounds F32 to a target of 8 or 16 bits.
   *
   * @throws IllegalArgumentException for a target of another width
   */
  void fromFloat(Target target, ByteBuffer floats, ByteBuffer codes, int elements);

  /** Rounds F64 to any target, once, never by way of F32. */
  void fromDouble(Target target, ByteBuffer doubles, ByteBuffer codes, int elements);
}
