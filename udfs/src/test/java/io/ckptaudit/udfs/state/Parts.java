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
          DType.F8_E5M2FNUZ);

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
    int width = dtype.bits() / Byte.SIZE;
    int crc = (int) crc(width, tensor, from, to).getValue();
    return OrderDigest.contribution(
        crc, (long) width * (to - from), (long) width * (tensor.length - to));
  }

  /** Of the elements as little-endian bytes. */
  static CRC32C crc(int width, int[] tensor, int from, int to) {
    CRC32C crc = new CRC32C();
    for (int i = from; i < to; i++) {
      for (int b = 0; b < width; b++) {
        crc.update(tensor[i] >>> 8 * b & 0xFF);
      }
    }
    return crc;
  }

  /** The parts of a tensor, cut anywhere, in the order of the tensor. */
  static List<TensorState> cut(DType dtype, int[] tensor, SeededCases cases, boolean counted) {
    List<TensorState> parts = new ArrayList<>();
    int from = 0;
    for (int to : cases.cuts(tensor.length)) {
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
