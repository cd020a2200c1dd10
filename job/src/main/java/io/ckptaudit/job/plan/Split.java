package io.ckptaudit.job.plan;

import io.ckptaudit.job.checkpoint.Arrangement;
import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.udfs.number.DType;
import java.io.Serializable;

/**
 * A byte range of one tensor in one file: what a task reads in one go.
 *
 * @param tensor which tensor of which checkpoint it belongs to
 * @param copy 0, or the number of the copy of the tensor that it is of
 * @param offset in the file
 * @param bytes from the first to the last element; 0 for a tensor without any
 * @param firstElement index of the first element in the tensor, or in the part of it that is placed
 * @param bytesAfter bytes of the tensor after the last element of this range; −1 if there is no
 *     order digest, as where nobody knows the place of a piece
 * @param arrangement how its elements lie in the range; null where they simply follow one another
 * @param placement where its elements are in the tensor; null where they simply follow one another
 * @param checksum of which a CRC-32 is to be taken; null if none is
 */
public record Split(
    TensorId tensor,
    int copy,
    DType dtype,
    FileEntry file,
    long offset,
    long bytes,
    long firstElement,
    long bytesAfter,
    Arrangement arrangement,
    Placement placement,
    Checksum checksum)
    implements Serializable {

  /**
   * Which slice has a CRC-32 recorded.
   *
   * @param slice number of it among all slices of the tensor
   * @param bytesAfter bytes of the slice after the range
   */
  public record Checksum(int slice, long bytesAfter) implements Serializable {}

  /** Elements that follow one another. */
  public Split(
      TensorId tensor,
      DType dtype,
      FileEntry file,
      long offset,
      long bytes,
      long firstElement,
      long bytesAfter) {
    this(tensor, 0, dtype, file, offset, bytes, firstElement, bytesAfter, null, null, null);
  }

  /** Whether all bytes of the range are elements. */
  public boolean isOneRun() {
    return arrangement == null || arrangement.isOneRun();
  }

  /** Whether it is known where in the tensor its elements are, each once. */
  public boolean isPlaced() {
    return arrangement == null || arrangement.isPlaced();
  }

  /** Index in the tensor of an element of this range. */
  public long indexInTensor(long element) {
    return placement == null ? firstElement + element : placement.indexOf(firstElement + element);
  }

  /** A part of one run. */
  Split part(long from, long length, long elementsBefore) {
    long after = bytes - from - length;
    return new Split(
        tensor,
        copy,
        dtype,
        file,
        offset + from,
        length,
        firstElement + elementsBefore,
        bytesAfter < 0 ? -1 : bytesAfter + (placement == null ? after : apart(from + length)),
        arrangement,
        placement,
        checksum == null ? null : new Checksum(checksum.slice(), checksum.bytesAfter() + after));
  }

  /** Bytes in the tensor from the last element before {@code to} to the last of the range. */
  private long apart(long to) {
    long last = firstElement + bytes * Byte.SIZE / dtype.bits() - 1;
    long lastBefore = firstElement + to * Byte.SIZE / dtype.bits() - 1;
    return (placement.indexOf(last) - placement.indexOf(lastBefore)) * dtype.bits() / Byte.SIZE;
  }

  /** Some steps of the outermost axis. */
  Split steps(long from, long length, long elementsBefore, long steps) {
    return new Split(
        tensor,
        copy,
        dtype,
        file,
        offset + from,
        length,
        firstElement + elementsBefore,
        -1,
        arrangement.ofSteps(steps),
        placement,
        null);
  }
}
