package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.CodePointOrder;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Makes one list of tensors out of the headers of all shards, and holds it against the index. */
final class ShardMerge {
  private static final String TODO = "download the index and the shards again from one revision";

  private final List<Shard> shards;
  private final ShardIndex index;
  private final String indexName;
  private final Problems problems;
  private final Set<String> indexedShards;
  private final Map<String, TensorEntry> tensors = new HashMap<>();

  /**
   * @param shards with their final status
   * @param index null if there is none
   */
  ShardMerge(List<Shard> shards, ShardIndex index, String indexName, Problems problems) {
    this.shards = shards;
    this.index = index;
    this.indexName = indexName;
    this.problems = problems;
    this.indexedShards = index == null ? Set.of() : new HashSet<>(index.files().values());
  }

  /** Sorted by name, slices bound to their shards. */
  List<TensorEntry> merge(List<ShardHeader> headers) {
    for (int shard = 0; shard < headers.size(); shard++) {
      for (TensorEntry tensor : headers.get(shard).tensors()) {
        add(shard, tensor);
      }
    }
    List<TensorEntry> merged = new ArrayList<>(tensors.values());
    merged.sort((a, b) -> CodePointOrder.INSTANCE.compare(a.name(), b.name()));
    if (index != null) {
      merged.forEach(this::verifyPlace);
      verifyIndex(headers);
    }
    return merged;
  }

  private void add(int shard, TensorEntry found) {
    List<Slice> slices = found.slices().stream().map(slice -> slice.inShard(shard)).toList();
    TensorEntry tensor =
        new TensorEntry(
            found.name(), found.dtype(), found.shape(), found.elements(), found.bytes(), slices);
    TensorEntry other = tensors.putIfAbsent(tensor.name(), tensor);
    if (other == null) {
      return;
    }
    String here = shards.get(shard).name();
    boolean wins = index != null && here.equals(index.files().get(tensor.name()));
    if (wins) {
      tensors.put(tensor.name(), tensor);
    }
    problems.add(twice(tensor, here, shardOf(other), wins));
  }

  private static Problem twice(TensorEntry tensor, String here, String there, boolean hereWins) {
    return Problem.error(FormatRule.IX_MISMATCH, "Cannot tell which is the tensor")
        .in(here)
        .tensor(tensor.name())
        .at(tensor.slices().get(0).offset())
        .because(
            "%s has it too; the one in %s is audited",
            Quoted.plain(there), Quoted.plain(hereWins ? here : there))
        .reference("takes the one of the index, or the last it loads")
        .todo(TODO);
  }

  private String shardOf(TensorEntry tensor) {
    return shards.get(tensor.slices().get(0).shard()).name();
  }

  /** A tensor is where the index says; shards the index does not name are reported as such. */
  private void verifyPlace(TensorEntry tensor) {
    String actual = shardOf(tensor);
    String stated = index.files().get(tensor.name());
    boolean known = stated != null || indexedShards.contains(actual);
    if (actual.equals(stated) || !known) {
      return;
    }
    String why =
        stated == null
            ? "the index does not name it"
            : "the index places it in " + Quoted.of(stated);
    problems.add(
        Problem.error(FormatRule.IX_MISMATCH, "Cannot match the tensor with the index")
            .in(actual)
            .tensor(tensor.name())
            .at(tensor.slices().get(0).offset())
            .because("%s", why)
            .reference("never loads it")
            .todo(TODO));
  }

  /**
   * What the index names is there, or declared there and left out with a problem of its own; of a
   * shard whose header could not be read to its end nothing is known.
   */
  private void verifyIndex(List<ShardHeader> headers) {
    Map<String, ShardHeader> byShard = new HashMap<>();
    for (int i = 0; i < headers.size(); i++) {
      byShard.put(shards.get(i).name(), headers.get(i));
    }
    BigDecimal total = BigDecimal.ZERO;
    boolean whole = true;
    TreeMap<String, String> sorted = new TreeMap<>(CodePointOrder.INSTANCE);
    sorted.putAll(index.files());
    for (Map.Entry<String, String> entry : sorted.entrySet()) {
      ShardHeader shard = byShard.get(entry.getValue());
      TensorEntry tensor = tensors.get(entry.getKey());
      whole &= tensor != null && shard.status() == ShardStatus.OK;
      if (tensor != null) {
        total = total.add(BigDecimal.valueOf(tensor.bytes()));
      } else if (shard.skipped() != null && !shard.skipped().contains(entry.getKey())) {
        problems.add(absent(entry.getKey(), entry.getValue()));
      }
    }
    if (whole && index.totalSize() != null && total.compareTo(index.totalSize().bytes()) != 0) {
      problems.add(otherTotal(total));
    }
  }

  private static Problem absent(String tensor, String shard) {
    return Problem.error(FormatRule.IX_MISMATCH, "Cannot find the tensor")
        .in(shard)
        .tensor(tensor)
        .because("the index places it there")
        .reference("fails, or leaves the weight untrained")
        .todo(TODO);
  }

  private Problem otherTotal(BigDecimal total) {
    return Problem.warning(FormatRule.IX_TOTAL_SIZE, "Cannot confirm the total size")
        .in(indexName)
        .at(index.totalSize().at())
        .because("it states %s bytes and the tensors have %s", index.totalSize().bytes(), total)
        .reference("ignores it")
        .todo("download the index again, or rewrite total_size");
  }
}
