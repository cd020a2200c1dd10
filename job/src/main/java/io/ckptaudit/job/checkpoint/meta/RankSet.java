package io.ckptaudit.job.checkpoint.meta;

import io.ckptaudit.job.checkpoint.Checklist;
import io.ckptaudit.job.checkpoint.FilesBeside;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.RankFile;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.ShardSet;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The ranks in a folder, held against each other, params.json and the checklist. */
final class RankSet implements ShardSet {
  private static final String DOWNLOAD = "download it from its source";

  @Override
  public Map<String, Problem> absent(List<String> names, FilesBeside beside, Problems problems) {
    Set<String> there = new HashSet<>(names);
    Map<String, Problem> absent = new TreeMap<>();
    beside
        .read(Checklist.NAME, Checklist::read)
        .ifPresent(checklist -> absent.putAll(promised(checklist, there, beside, problems)));
    Set<Integer> ranks = new HashSet<>();
    names.forEach(name -> ranks.add(RankFile.rank(name)));
    int last = ranks.stream().mapToInt(Integer::intValue).max().orElse(-1);
    for (int rank = 0; rank < last; rank++) {
      if (!ranks.contains(rank)) {
        absent.put(
            RankFile.name(rank),
            gap(rank, "there are " + names.size() + " files up to rank " + last));
      }
    }
    return absent;
  }

  private static Problem gap(int rank, String why) {
    return Problem.error(FormatRule.SET_GAP, "Cannot audit the parts of rank " + rank)
        .in(RankFile.name(rank))
        .because("%s, and this file is missing", why)
        .reference("fails")
        .todo(DOWNLOAD);
  }

  /** Ranks that the checklist names and that are not there; other such files are problems. */
  private static Map<String, Problem> promised(
      Checklist checklist, Set<String> there, FilesBeside beside, Problems problems) {
    Map<String, Problem> absent = new TreeMap<>();
    Set<String> named = new HashSet<>();
    for (Checklist.Line line : checklist.lines()) {
      named.add(line.file());
      int rank = RankFile.rank(line.file());
      if (rank >= 0 && line.file().equals(RankFile.name(rank)) && !there.contains(line.file())) {
        absent.put(line.file(), gap(rank, Checklist.NAME + " names it"));
      } else if (!there.contains(line.file()) && !beside.has(line.file())) {
        problems.add(
            checklist("Cannot find the file " + Quoted.of(line.file()))
                .at(line.byteOffset())
                .because("the checklist names it and the folder does not have it")
                .reference("fails")
                .todo(DOWNLOAD));
      }
    }
    for (String name : there) {
      if (!named.contains(name)) {
        problems.add(
            checklist("Cannot vouch for the file " + Quoted.of(name))
                .because("the checklist does not name it")
                .reference("does not look at it")
                .todo("download the checklist and the ranks again from one source"));
      }
    }
    return absent;
  }

  private static Problem.Sentence checklist(String what) {
    return Problem.warning(FormatRule.SET_CHECKLIST, what).in(Checklist.NAME);
  }

  @Override
  public List<TensorEntry> tensors(
      List<Shard> shards, List<ShardHeader> headers, FilesBeside beside, Problems problems) {
    Optional<Params> stated = params(beside, problems);
    Params params = stated.orElse(Params.NONE);
    SortedMap<Integer, Rank> ranks = ranks(shards, headers, problems);
    Sizes sizes = Sizes.of(ranks.values(), params);
    int named = ranks.isEmpty() ? 1 : ranks.lastKey() + 1;
    for (int rank = named; rank < sizes.ranks(); rank++) {
      problems.add(gap(rank, "by their shapes there are " + sizes.ranks() + " ranks"));
    }
    int count = Math.max(named, sizes.ranks());
    RankTensors tensors = new RankTensors(ranks, count, sizes.dim(), problems);
    List<TensorEntry> whole = tensors.whole();
    if (ranks.size() == count && ranks.values().stream().allMatch(Rank::whole)) {
      new ParamsCheck(params, problems).verify(tensors.complete());
    }
    return whole;
  }

  private static Optional<Params> params(FilesBeside beside, Problems problems) {
    if (!beside.has(Params.NAME)) {
      problems.add(
          Problem.warning(FormatRule.SET_PARAMS, "Cannot hold the shapes against the sizes")
              .in(Params.NAME)
              .because("there is no such file")
              .reference("fails")
              .todo(DOWNLOAD));
      return Optional.empty();
    }
    return beside.read(Params.NAME, Params::read);
  }

  /** By number; where two files are of one rank the first is taken. */
  private static SortedMap<Integer, Rank> ranks(
      List<Shard> shards, List<ShardHeader> headers, Problems problems) {
    SortedMap<Integer, Rank> ranks = new TreeMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String name = shards.get(i).name();
      int number = Math.max(0, RankFile.rank(name));
      Rank other = ranks.putIfAbsent(number, Rank.of(shards.get(i), i, headers.get(i)));
      if (other != null) {
        problems.add(
            Problem.error(FormatRule.SET_GAP, "Cannot tell which file is of rank " + number)
                .in(name)
                .because("%s is too; its tensors are audited, those here are not", other.file())
                .reference("loads one of them")
                .todo("remove the one that is not meant"));
      }
    }
    return ranks;
  }
}
