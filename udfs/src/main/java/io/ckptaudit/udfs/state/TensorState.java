package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;

/**
 * What has been learnt of some part of a tensor: a commutative monoid under {@link #merge}.
 *
 * <p>Any cut of a tensor, merged in any order and grouping, gives the same {@linkplain #toBytes
 * bytes}. Merging counts a part twice if it is given twice: callers hand in every part once.
 */
public sealed interface TensorState permits CountedState, OpaqueBytes, ScaleCounts {

  /** The dtype of the elements; merging never changes it. */
  DType dtype();

  /** Elements seen, exact, from 0 to 2^63 − 1. */
  long elements();

  /**
   * This part and another of the same tensor together.
   *
   * @throws IllegalArgumentException if the other is of another kind or dtype
   * @throws ArithmeticException if there are more than 2^63 − 1 elements
   */
  TensorState merge(TensorState other);

  /** The canonical bytes: equal states have equal bytes. Layout: {@link StateFormat}. */
  byte[] toBytes();

  /**
   * Exclusive-or of the {@link OrderDigest} contributions of the parts seen; null where the bytes
   * of the tensor do not lie in one piece, so that there is no order to speak of.
   */
  Integer orderDigest();

  /**
   * What so many copies of this part are together; places and order mean nothing there.
   *
   * @param times at least 1
   * @throws ArithmeticException if there are more than 2^63 − 1 elements
   */
  default TensorState repeated(long times) {
    TensorState doubled = withoutPlace();
    TensorState product = null;
    for (long rest = times; rest > 0; rest >>>= 1) {
      if ((rest & 1) == 1) {
        product = product == null ? doubled : product.merge(doubled);
      }
      if (rest > 1) {
        doubled = doubled.merge(doubled);
      }
    }
    return product;
  }

  /** The same as part of a group of tensors, where indices and order mean nothing. */
  TensorState withoutPlace();

  /**
   * The state of canonical bytes.
   *
   * @throws MalformedStateException if they are not
   */
  static TensorState fromBytes(byte[] bytes) {
    return StateFormat.read(bytes);
  }
}
