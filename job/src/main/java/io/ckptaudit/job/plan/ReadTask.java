package io.ckptaudit.job.plan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Neighbouring splits that one task reads one after the other.
 *
 * @param files of which it reads every byte besides, in the order of the splits; empty where nobody
 *     asks for that
 */
public record ReadTask(ArrayList<Split> splits, ArrayList<HashedFile> files)
    implements Serializable {

  public ReadTask(ArrayList<Split> splits) {
    this(splits, new ArrayList<>());
  }

  /** Of its splits. */
  public long bytes() {
    return bytes(splits);
  }

  static long bytes(List<Split> splits) {
    return splits.stream().mapToLong(Split::bytes).sum();
  }

  private Object writeReplace() {
    return new ReadTaskForm(this);
  }
}
