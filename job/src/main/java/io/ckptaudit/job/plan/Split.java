package io.ckptaudit.job.plan;

import io.ckptaudit.job.checkpoint.Arrangement;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.udfs.number.DType;
import java.io.Serializable;

/**
 * A byte range of one tensor in one file: what a task reads in one go.
 *
 * @param tensor which tensor of which checkpoint it belongs to
 * @param offset in the file
 * @param bytes from the first to the last element; 0 for a tensor without any
 * @param firstElement index in the tensor of the first element
 * @param bytesAfter bytes of the tensor after this range; −1 if the tensor lies in several pieces
 * @param arrangement how its elements lie in the range; null where they simply follow one another
 * @param crc32 whether a CRC-32 of the tensor's bytes is to be taken
 */
public record Split(
    TensorId tensor,
    DType dtype,
    FileEntry file,
    long offset,
    long bytes,
    long firstElement,
    long bytesAfter,
    Arrangement arrangement,
    boolean crc32)
    implements Serializable {

  /** Elements that follow one another. */
  public Split(
      TensorId tensor,
      DType dtype,
      FileEntry file,
      long offset,
      long bytes,
      long firstElement,
      long bytesAfter) {
    this(tensor, dtype, file, offset, bytes, firstElement, bytesAfter, null, false);
  }

  /** Whether all bytes of the range are elements. */
  public boolean isOneRun() {
    return arrangement == null || arrangement.isOneRun();
  }
}
