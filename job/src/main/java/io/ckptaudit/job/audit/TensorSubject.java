package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.checkpoint.TensorName;
import java.util.List;

/** A tensor with its place in the run: what findings and rows need besides its state. */
public record TensorSubject(int checkpoint, Checkpoint of, TensorEntry entry, TensorName name) {

  public static TensorSubject of(int checkpoint, Checkpoint of, int tensor) {
    TensorEntry entry = of.tensors().get(tensor);
    return new TensorSubject(checkpoint, of, entry, TensorName.of(entry.name()));
  }

  /** The files that hold it, relative to the checkpoint. */
  public List<String> shards() {
    return entry.slices().stream()
        .map(slice -> of.shards().get(slice.shard()).name())
        .distinct()
        .toList();
  }

  String firstShard() {
    return entry.slices().isEmpty() ? null : shards().get(0);
  }

  Long firstOffset() {
    return entry.slices().isEmpty() ? null : (Long) firstSlice().offset();
  }

  private Slice firstSlice() {
    return entry.slices().get(0);
  }

  /** "tensor 'x' of file at byte n", safe to print. */
  String place() {
    String tensor = "tensor " + Quoted.of(entry.name());
    return entry.slices().isEmpty()
        ? tensor
        : tensor + " of " + Quoted.plain(firstShard()) + " at byte " + firstOffset();
  }
}
