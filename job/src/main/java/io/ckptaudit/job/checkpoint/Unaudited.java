package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.CodePointOrder;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What belongs to a checkpoint and is not in its figures.
 *
 * @param files names of shards of which tensors are missing, sorted
 * @param tensors of which is known that they are missing, from an index or a header
 * @param more whether the files may have held others, which nothing names
 */
public record Unaudited(List<String> files, long tensors, boolean more) implements Serializable {

  public static final Unaudited NOTHING = new Unaudited(List.of(), 0, false);

  static Unaudited of(
      List<Shard> shards, List<ShardHeader> headers, ShardIndex index, List<TensorEntry> audited) {
    List<String> files = new ArrayList<>();
    long declared = 0;
    boolean unknown = false;
    for (int i = 0; i < shards.size(); i++) {
      Set<String> skipped = headers.get(i).skipped();
      unknown |= skipped == null;
      declared += skipped == null ? 0 : skipped.size();
      if (skipped == null || !skipped.isEmpty()) {
        files.add(shards.get(i).name());
      }
    }
    return index == null
        ? new Unaudited(files, declared, unknown)
        : new Unaudited(files, index.countWithout(audited), false);
  }

  /** Together with tensors that could not be read after all. */
  public Unaudited and(Collection<String> unreadFiles, long unreadTensors) {
    TreeSet<String> all = new TreeSet<>(CodePointOrder.INSTANCE);
    all.addAll(files);
    all.addAll(unreadFiles);
    return new Unaudited(List.copyOf(all), tensors + unreadTensors, more);
  }
}
