package io.ckptaudit.job.plan;

import java.io.Serializable;

/**
 * A tensor of a run, by its place in the list of checkpoints and in the checkpoint's sorted list of
 * tensors. Ascending ids are ascending checkpoints, then names.
 */
public record TensorId(int checkpoint, int tensor) implements Comparable<TensorId>, Serializable {

  @Override
  public int compareTo(TensorId other) {
    int byCheckpoint = Integer.compare(checkpoint, other.checkpoint);
    return byCheckpoint != 0 ? byCheckpoint : Integer.compare(tensor, other.tensor);
  }
}
