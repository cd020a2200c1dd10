package io.ckptaudit.job.checkpoint.dcp;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Slices that have elements of others, and are not the same. */
final class Overlaps {

  /** Each is held against each. */
  private static final int MOST = 256;

  private final Problems problems;

  Overlaps(Problems problems) {
    this.problems = problems;
  }

  /** Those that have no elements of others before them, in the order of the tensor. */
  SortedMap<Box, List<Part>> without(SortedMap<Box, List<Part>> boxes) {
    SortedMap<Box, List<Part>> kept = new TreeMap<>(Box.ORDER);
    boolean many = boxes.size() > MOST;
    for (Map.Entry<Box, List<Part>> box : boxes.entrySet()) {
      Box other = many && !kept.isEmpty() ? kept.firstKey() : overlapped(box.getKey(), kept);
      if (other == null) {
        kept.put(box.getKey(), box.getValue());
      } else if (!many || box.getKey().overlaps(other)) {
        report(box.getValue().get(0), kept.get(other).get(0), box.getKey(), other);
      }
    }
    if (many) {
      reportRest(kept.get(kept.firstKey()).get(0), boxes.size());
    }
    return kept;
  }

  private static Box overlapped(Box box, SortedMap<Box, List<Part>> kept) {
    return kept.keySet().stream().filter(box::overlaps).findFirst().orElse(null);
  }

  private void report(Part part, Part other, Box box, Box otherBox) {
    problems.add(
        overlap(part)
            .because(
                "its slice %s has elements of %s in %s at byte %d; it is not audited",
                box.inWords(), otherBox.inWords(), Quoted.plain(other.file()), other.offset())
            .reference("takes those it reads last")
            .todo("do not trust the files; get them again from one source"));
  }

  private void reportRest(Part first, int slices) {
    problems.add(
        overlap(first)
            .because("%d slices overlap; only this one is audited", slices)
            .reference("takes those it reads last")
            .todo("do not trust the files; get them again from one source"));
  }

  private static Problem.Sentence overlap(Part part) {
    return Problem.error(FormatRule.SET_MISMATCH, "Cannot tell which are the values of tensor")
        .in(part.file())
        .tensor(part.entry().name())
        .at(part.offset());
  }
}
