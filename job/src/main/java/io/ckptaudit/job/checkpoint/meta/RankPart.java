package io.ckptaudit.job.checkpoint.meta;

import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.List;

/**
 * What one rank has of a tensor.
 *
 * @param file of the rank
 * @param entry with slices of that file
 */
record RankPart(String file, TensorEntry entry) {

  /** Where it begins in the file. */
  long offset() {
    return slices().get(0).offset();
  }

  List<Slice> slices() {
    return entry.slices();
  }

  /** As in "BF16 [32, 64]". */
  String kind() {
    return entry.dtype() + " " + entry.shape();
  }

  /** The CRC-32 recorded of all its bytes; null if there is none. */
  Integer crc32() {
    return slices().size() == 1 ? slices().get(0).crc32() : null;
  }
}
