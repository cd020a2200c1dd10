package io.ckptaudit.job.checkpoint;

import java.util.List;

/** Copies of a tensor that do not hold the same. */
public final class UnequalCopies {
  private UnequalCopies() {}

  /**
   * What to say of a copy that is not equal to the tensor itself.
   *
   * @param copy its number, at least 1
   */
  public static Problem problem(Checkpoint checkpoint, TensorEntry tensor, int copy) {
    int first = firstOther(tensor.slices(), tensor.copy(copy));
    Slice here = tensor.copy(copy).get(first);
    Slice there = tensor.slices().get(first);
    return Problem.error(FormatRule.SET_REPLICA_DIFF, "Cannot tell which are the values of tensor")
        .in(checkpoint.shards().get(here.shard()).name())
        .tensor(tensor.name())
        .at(here.offset())
        .because(
            "every rank should have the same, and its %d values are not those of %s at byte %d,"
                + " which are audited",
            tensor.elements(),
            Quoted.plain(checkpoint.shards().get(there.shard()).name()),
            there.offset())
        .reference("takes those of one rank")
        .todo("download both files again from one source");
  }

  /** A copy may have slices of the tensor itself where it has none of its own. */
  private static int firstOther(List<Slice> slices, List<Slice> copy) {
    int most = Math.min(slices.size(), copy.size());
    for (int i = 0; i < most; i++) {
      if (!slices.get(i).equals(copy.get(i))) {
        return i;
      }
    }
    return 0;
  }
}
