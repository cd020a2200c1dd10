package io.ckptaudit.job.plan;

import java.io.Serializable;

/**
 * A tensor of a run, by its place in the list of checkpoints and in the checkpoint's sorted list of
 * tensors. Ascending ids are ascending checkpoints, then names.
 */
public record TensorId(int checkpoint, int tensor) implements Comparable<TensorId>, Serializable {

  /** As one number, in the same order: what travels as a key, so that no serialiser meets this. */
  public long toKey() {
    return (long) checkpoint << Integer.SIZE | tensor;
  }

  public static TensorId ofKey(long key) {
    return new TensorId((int) (key >>> Integer.SIZE), (int) key);
  }

  @Override
  public int compareTo(TensorId other) {
    int byCheckpoint = Integer.compare(checkpoint, other.checkpoint);
    return byCheckpoint != 0 ? byCheckpoint : Integer.compare(tensor, other.tensor);
  }
}
