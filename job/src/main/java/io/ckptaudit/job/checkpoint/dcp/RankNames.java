package io.ckptaudit.job.checkpoint.dcp;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.ShardSequence;
import io.ckptaudit.job.checkpoint.SliceFile;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Which ranks have no file, going by the names of those that are there. */
final class RankNames {
  private final SortedMap<String, BitSet> ranks = new TreeMap<>();
  private int last;

  RankNames(List<Shard> shards) {
    for (Shard shard : shards) {
      SliceFile file = SliceFile.of(shard.name());
      ranks.computeIfAbsent(file.model(), none -> new BitSet()).set(file.rank());
      last = Math.max(last, file.rank());
    }
  }

  /**
   * @param incomplete how many tensors lack slices, which is why it matters
   */
  void report(long incomplete, Problems problems) {
    ranks.forEach(
        (model, there) -> {
          BitSet missing = new BitSet();
          missing.set(1, last + 1);
          missing.andNot(there);
          if (!missing.isEmpty()) {
            problems.add(
                Problem.error(
                        FormatRule.IX_GAP,
                        "Cannot audit the whole set of shards " + Quoted.of("shard-*-" + model))
                    .because(
                        "of ranks 1 to %d, %s missing, and slices of %d tensors are",
                        last, ShardSequence.listed(missing), incomplete)
                    .reference("fails, or leaves what it has in their place")
                    .todo("download the missing files"));
          }
        });
  }
}
