package io.ckptaudit.job.plan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/** Neighbouring splits that one task reads one after the other. */
public record ReadTask(ArrayList<Split> splits) implements Serializable {

  public long bytes() {
    return bytes(splits);
  }

  static long bytes(List<Split> splits) {
    return splits.stream().mapToLong(Split::bytes).sum();
  }
}
