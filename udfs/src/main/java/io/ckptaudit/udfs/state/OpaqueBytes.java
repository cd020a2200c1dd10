package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;

/**
 * State of a tensor whose elements are not audited as numbers (integers, booleans, complex): how
 * many there are, and the order digest of their bytes.
 */
public record OpaqueBytes(DType dtype, long elements, Integer orderDigest) implements TensorState {

  @Override
  public OpaqueBytes merge(TensorState other) {
    if (!(other instanceof OpaqueBytes bytes) || bytes.dtype != dtype) {
      throw new IllegalArgumentException(
          "Cannot merge opaque " + dtype + " with a state of " + other.dtype());
    }
    return new OpaqueBytes(
        dtype,
        Math.addExact(elements, bytes.elements),
        CodeCounts.mergeDigests(orderDigest, bytes.orderDigest));
  }

  @Override
  public byte[] toBytes() {
    return StateFormat.write(this);
  }
}
