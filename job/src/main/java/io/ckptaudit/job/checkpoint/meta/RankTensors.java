package io.ckptaudit.job.checkpoint.meta;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes whole tensors out of what the ranks have, and says where these disagree. */
final class RankTensors {
  private static final String TODO = "download all ranks again from one source";

  private final SortedMap<Integer, Rank> ranks;
  private final int count;
  private final long dim;
  private final Problems problems;
  private final List<TensorEntry> complete = new ArrayList<>();

  /**
   * @param ranks by number, those that could be read
   * @param count how many ranks there should be
   * @param dim of the embedding; 0 if it is not known
   */
  RankTensors(SortedMap<Integer, Rank> ranks, int count, long dim, Problems problems) {
    this.ranks = ranks;
    this.count = count;
    this.dim = dim;
    this.problems = problems;
  }

  /** Sorted by name. */
  List<TensorEntry> whole() {
    SortedMap<String, List<RankPart>> parts = new TreeMap<>();
    for (Rank rank : ranks.values()) {
      for (RankPart part : rank.parts().values()) {
        parts.computeIfAbsent(part.entry().name(), none -> new ArrayList<>()).add(part);
      }
    }
    List<TensorEntry> whole = new ArrayList<>();
    for (Map.Entry<String, List<RankPart>> tensor : parts.entrySet()) {
      reportAbsent(tensor.getKey(), tensor.getValue().get(0));
      List<RankPart> agreeing = agreeing(tensor.getValue());
      TensorEntry entry = whole(agreeing);
      whole.add(entry);
      if (agreeing.size() == count) {
        complete.add(entry);
      }
    }
    return whole;
  }

  /** Those of which every rank has its part. */
  List<TensorEntry> complete() {
    return complete;
  }

  /** Ranks that are whole and do not have a tensor that another one has. */
  private void reportAbsent(String name, RankPart there) {
    for (Rank rank : ranks.values()) {
      if (rank.whole() && !rank.parts().containsKey(name)) {
        problems.add(
            mismatch("Cannot find its part of tensor", rank.file(), name)
                .because("%s has one at byte %d", Quoted.plain(there.file()), there.offset())
                .reference("fails")
                .todo(TODO));
      }
    }
  }

  private static Problem.Sentence mismatch(String what, String file, String tensor) {
    return Problem.error(FormatRule.SET_MISMATCH, what).in(file).tensor(tensor);
  }

  /** Parts of the dtype and shape of the first. */
  private List<RankPart> agreeing(List<RankPart> parts) {
    RankPart first = parts.get(0);
    List<RankPart> agreeing = new ArrayList<>();
    for (RankPart part : parts) {
      if (part.kind().equals(first.kind())) {
        agreeing.add(part);
      } else {
        problems.add(
            mismatch("Cannot put together the parts of tensor", part.file(), part.entry().name())
                .at(part.offset())
                .because(
                    "it is %s and that of %s at byte %d is %s; this part is not audited",
                    part.kind(), Quoted.plain(first.file()), first.offset(), first.kind())
                .reference("fails")
                .todo(TODO));
      }
    }
    return agreeing;
  }

  private TensorEntry whole(List<RankPart> parts) {
    RankPart first = parts.get(0);
    if (count == 1) {
      return first.entry();
    }
    boolean all = parts.size() == count;
    return switch (Cut.of(first.entry(), dim, count)) {
      case COPIED -> WholeTensor.copied(parts);
      case ROWS -> all ? WholeTensor.joined(parts, 0) : WholeTensor.gathered(parts, 0);
      case COLUMNS -> all ? WholeTensor.joined(parts, 1) : WholeTensor.gathered(parts, 1);
      case UNKNOWN -> unknown(parts);
    };
  }

  /** Equal checksums are copies, to be proven equal when they are read. */
  private TensorEntry unknown(List<RankPart> parts) {
    RankPart first = parts.get(0);
    boolean equal =
        first.crc32() != null
            && parts.stream().allMatch(part -> first.crc32().equals(part.crc32()));
    if (equal) {
      return WholeTensor.copied(parts);
    }
    problems.add(
        Problem.info(FormatRule.SET_LAYOUT, "Cannot tell how the parts go together of tensor")
            .in(first.file())
            .tensor(first.entry().name())
            .at(first.offset())
            .because("its name is none of Meta's; %d parts are counted in turn", parts.size())
            .reference("ignores it")
            .todo("convert the model where it came from, if places in this tensor matter"));
    return WholeTensor.gathered(parts, 0);
  }
}
