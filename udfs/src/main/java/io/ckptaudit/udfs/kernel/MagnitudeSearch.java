package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;

/**
 * Looks for the largest magnitude among elements, as {@link io.ckptaudit.udfs.number.MagnitudeKey}.
 * Exact. Not safe for use by several threads at once.
 */
public sealed interface MagnitudeSearch permits ScalarMagnitudes, WordMagnitudes, VectorMagnitudes {

  /**
   * The largest key among some elements, and at least one given.
   *
   * @param span little-endian, holding whole elements from position 0 on
   * @param first index of the first element to look at
   * @param end index after the last
   * @param atLeast a key, 0 if none is known
   * @throws IndexOutOfBoundsException if the span does not have them
   */
  long largest(ByteBuffer span, long first, long end, long atLeast);
}
