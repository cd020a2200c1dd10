package io.ckptaudit.job.checkpoint.dcp;

import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.List;

/**
 * What one file has of a tensor.
 *
 * @param shard number of the file
 * @param entry with the shape of the slice, its only one, of shard 0
 * @param begin where in the tensor it begins, on each axis; null if that is not known
 */
record Part(String file, int shard, TensorEntry entry, List<Long> begin) {

  /** Where it begins in the file. */
  long offset() {
    return stored().offset();
  }

  /** Its bytes in the file, which are those of its elements. */
  Slice stored() {
    return entry.slices().get(0).inShard(shard);
  }

  Box box() {
    return new Box(begin, entry.shape());
  }

  /** As in "BF16 of 2 axes". */
  String kind() {
    int axes = entry.shape().size();
    return entry.dtype() + " of " + axes + (axes == 1 ? " axis" : " axes");
  }
}
