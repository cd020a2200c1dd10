package io.ckptaudit.job.checkpoint.dcp;

import io.ckptaudit.job.checkpoint.FilesBeside;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.ShardSequence;
import io.ckptaudit.job.checkpoint.ShardSet;
import io.ckptaudit.job.checkpoint.ShardStatus;
import io.ckptaudit.job.checkpoint.SliceFile;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.checkpoint.safetensors.SafetensorsReader;
import io.ckptaudit.job.checkpoint.safetensors.SlicedShard;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The files of one folder: reads where their slices begin along with their headers, and makes whole
 * tensors of them. Of one opening of a checkpoint.
 */
final class SliceSet implements ShardSet {

  /** By file, then by tensor. */
  private final Map<String, Map<String, List<Long>>> begins = new ConcurrentHashMap<>();

  /** The header of one file. */
  ShardHeader header(RangeReader file, String name) throws IOException {
    SlicedShard shard = SafetensorsReader.slices(file, name);
    ShardHeader header = shard.header();
    Problems problems = new Problems(name);
    begins.put(name, new ShardingInfo(shard, name, problems).begins());
    List<Problem> all = new ArrayList<>(header.problems());
    all.addAll(problems.all());
    ShardStatus status =
        header.status() == ShardStatus.OK && problems.hasErrors()
            ? ShardStatus.DAMAGED
            : header.status();
    return new ShardHeader(status, header.tensors(), header.skipped(), all, header.stored());
  }

  /** A rank without a file says nothing; that no rank has one of a number does. */
  @Override
  public Map<String, Problem> absent(List<String> names, FilesBeside beside, Problems problems) {
    TreeSet<String> models = new TreeSet<>();
    names.forEach(name -> models.add("shard-*-" + SliceFile.of(name).model()));
    ShardSequence.verify(models, problems);
    return Map.of();
  }

  @Override
  public List<TensorEntry> tensors(
      List<Shard> shards, List<ShardHeader> headers, FilesBeside beside, Problems problems) {
    boolean all = shards.stream().allMatch(shard -> shard.status() == ShardStatus.OK);
    PieceLimit limit = new PieceLimit();
    List<TensorEntry> tensors = new ArrayList<>();
    long incomplete = 0;
    for (List<Part> parts : parts(shards, headers).values()) {
      SlicedTensor tensor = new SlicedTensor(parts, all, limit, problems);
      tensors.add(tensor.entry());
      incomplete += tensor.isIncomplete() ? 1 : 0;
    }
    if (incomplete > 0 && all) {
      new RankNames(shards).report(incomplete, problems);
    }
    return tensors;
  }

  /** By tensor, in the order of files. */
  private Map<String, List<Part>> parts(List<Shard> shards, List<ShardHeader> headers) {
    Map<String, List<Part>> parts = new LinkedHashMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String file = shards.get(i).name();
      Map<String, List<Long>> ofFile = begins.getOrDefault(file, Map.of());
      for (TensorEntry entry : headers.get(i).tensors()) {
        parts
            .computeIfAbsent(entry.name(), none -> new ArrayList<>())
            .add(new Part(file, i, entry, ofFile.get(entry.name())));
      }
    }
    return parts;
  }
}
