package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;

/**
 * State of a tensor whose elements are not counted (integers, booleans and complex numbers): how
 * many there are, and the order digest of their bytes.
 *
 * <p>Elements are without unit and exact up to 2^63 − 1, where merging throws {@link
 * ArithmeticException}. No value is looked at, so NaN, infinities, −0 and subnormals are bytes like
 * any other. The empty state with digest 0 is the identity of {@link #merge}. Source: DESIGN §3.
 *
 * @param elements not negative
 * @param orderDigest contribution of the bytes seen, null where they do not lie in one piece
 */
public record OpaqueBytes(DType dtype, long elements, Integer orderDigest) implements TensorState {

  public OpaqueBytes {
    String fault = elements < 0 ? "negative" : Place.digestFault(orderDigest, elements);
    if (fault != null) {
      throw new IllegalArgumentException(
          "Cannot hold " + elements + " opaque elements of " + dtype + ": " + fault);
    }
  }

  @Override
  public OpaqueBytes merge(TensorState other) {
    if (!(other instanceof OpaqueBytes bytes) || bytes.dtype != dtype) {
      throw MergeRefusal.of(this, other);
    }
    return new OpaqueBytes(
        dtype,
        Math.addExact(elements, bytes.elements),
        Place.mergeDigests(orderDigest, bytes.orderDigest));
  }

  @Override
  public OpaqueBytes withoutPlace() {
    return new OpaqueBytes(dtype, elements, null);
  }

  @Override
  public byte[] toBytes() {
    return StateFormat.write(this);
  }
}
