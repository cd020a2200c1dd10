package io.ckptaudit.job.report;

import io.ckptaudit.job.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.List;

/** The two columns every table begins with. */
record CheckpointKey(String uri, String revision) {

  static CheckpointKey of(Checkpoint checkpoint) {
    return new CheckpointKey(checkpoint.uri(), checkpoint.revision());
  }

  /** A row begun with the key. */
  List<Object> newRow() {
    List<Object> row = new ArrayList<>();
    row.add(uri);
    row.add(revision);
    return row;
  }
}
