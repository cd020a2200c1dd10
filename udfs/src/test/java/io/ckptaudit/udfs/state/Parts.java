package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.testing.SeededCases;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** States of tensors and of their parts, counted as plainly as can be. */
final class Parts {

  static final List<DType> COUNTED =
      List.of(
          DType.F16,
          DType.BF16,
          DType.F8_E4M3,
          DType.F8_E5M2,
          DType.F8_E8M0,
          DType.F8_E4M3FNUZ,
          DType.F8_E5M2FNUZ,
          DType.F6_E2M3,
          DType.F6_E3M2,
          DType.F4);

  /** So many of any dtype lie in whole bytes. */
  private static final int ELEMENTS_OF_WHOLE_BYTES = 4;

  private Parts() {}

  /** The state of the elements between two indices of a tensor. */
  static CodeCounts of(DType dtype, int[] tensor, int from, int to) {
    FloatFormat format = dtype.format();
    long[] counts = new long[format.codes()];
    int min = -1;
    int max = -1;
    int nonFinite = -1;
    for (int i = from; i < to; i++) {
      counts[tensor[i]]++;
      double value = format.decode(tensor[i]);
      if (Double.isFinite(value)) {
        min = min < 0 || value < format.decode(tensor[min]) ? i : min;
        max = max < 0 || value > format.decode(tensor[max]) ? i : max;
      } else {
        nonFinite = nonFinite < 0 ? i : nonFinite;
      }
    }
    return CodeCounts.of(dtype, counts, min, max, nonFinite, digest(dtype, tensor, from, to));
  }

  static CodeCounts whole(DType dtype, int... tensor) {
    return of(dtype, tensor, 0, tensor.length);
  }

  static OpaqueBytes opaque(DType dtype, int[] tensor, int from, int to) {
    return new OpaqueBytes(dtype, to - from, digest(dtype, tensor, from, to));
  }

  private static int digest(DType dtype, int[] tensor, int from, int to) {
    int crc = (int) crc(dtype, tensor, from, to).getValue();
    return OrderDigest.contribution(
        crc, bytes(dtype, to - from), bytes(dtype, tensor.length) - bytes(dtype, to));
  }

  /** That so many elements take, the last one filled up with zeros. */
  static int bytes(DType dtype, int elements) {
    return (elements * dtype.bits() + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** Of the elements as little-endian bytes, the lowest bits first where they are packed. */
  static CRC32C crc(DType dtype, int[] tensor, int from, int to) {
    byte[] bytes = new byte[bytes(dtype, to - from)];
    for (int bit = 0; bit < (to - from) * dtype.bits(); bit++) {
      int code = tensor[from + bit / dtype.bits()];
      bytes[bit / Byte.SIZE] |= (byte) ((code >>> bit % dtype.bits() & 1) << bit % Byte.SIZE);
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return crc;
  }

  /** The parts of a tensor, cut anywhere between two bytes, in the order of the tensor. */
  static List<TensorState> cut(DType dtype, int[] tensor, SeededCases cases, boolean counted) {
    List<TensorState> parts = new ArrayList<>();
    int from = 0;
    for (int cut : cases.cuts(tensor.length)) {
      int to = cut == tensor.length ? cut : cut - cut % ELEMENTS_OF_WHOLE_BYTES;
      parts.add(counted ? of(dtype, tensor, from, to) : opaque(dtype, tensor, from, to));
      from = to;
    }
    return parts;
  }

  /** Merges neighbours at random until one is left: any grouping may come about. */
  static TensorState mergeAnyhow(List<TensorState> parts, SeededCases cases) {
    List<TensorState> left = cases.shuffled(parts);
    while (left.size() > 1) {
      int i = cases.below(left.size() - 1);
      left.set(i, left.get(i).merge(left.remove(i + 1)));
    }
    return left.get(0);
  }
}
