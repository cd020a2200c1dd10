package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.WideCast;

/**
 * What elements of one dtype are expected to have become in another: cast, then looked up.
 *
 * @param from dtype of the elements
 * @param first the cast that elements of 32 and 64 bits go through, by the conversion functions;
 *     null where there is none
 * @param codes of {@code to}, by the code that {@code first} gives, or by the element's own where
 *     that is null; null where nothing is looked up
 * @param to dtype of what is expected, of whole bytes unless nothing changes
 */
public record ElementCast(DType from, WideCast first, long[] codes, DType to) {

  /** Elements that are expected to be what they are. */
  public static ElementCast unchanged(DType dtype) {
    return new ElementCast(dtype, null, null, dtype);
  }

  boolean isUnchanged() {
    return first == null && codes == null && from == to;
  }
}
