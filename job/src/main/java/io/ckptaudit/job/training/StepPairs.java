package io.ckptaudit.job.training;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.udfs.number.DType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which tensors of two steps can be compared element by element, and what keeps the others from it.
 *
 * @param pairs by name, ascending
 */
public record StepPairs(List<StepPair> pairs, List<Finding> findings) {

  /** The dtypes whose differences in F32 are the updates that a trainer made. */
  private static final Set<DType> SUPPORTED = EnumSet.of(DType.F32, DType.F16, DType.BF16);

  /** What keeps a tensor from being compared. */
  private enum Obstacle {
    BEFORE_ONLY(TrainingRule.STEP_WITHOUT_PARTNER, "in BEFORE alone"),
    AFTER_ONLY(TrainingRule.STEP_WITHOUT_PARTNER, "in AFTER alone"),
    SHAPE(TrainingRule.STEP_SHAPES_DIFFER, "of another shape in AFTER than in BEFORE"),
    DTYPE(TrainingRule.STEP_DTYPES_DIFFER, "of another dtype in AFTER than in BEFORE"),
    UNSUPPORTED(
        TrainingRule.STEP_UNSUPPORTED,
        "not contiguous in one file, or of a floating dtype other than F32, F16 and BF16");

    private final TrainingRule rule;
    private final String words;

    Obstacle(TrainingRule rule, String words) {
      this.rule = rule;
      this.words = words;
    }
  }

  public static StepPairs of(Checkpoint before, Checkpoint after) {
    Map<String, TensorEntry> partners = new HashMap<>();
    after.tensors().forEach(tensor -> partners.put(tensor.name(), tensor));
    Map<Obstacle, List<String>> kept = new EnumMap<>(Obstacle.class);
    List<StepPair> pairs = new ArrayList<>();
    int named = 0;
    for (TensorEntry tensor : before.tensors()) {
      TensorEntry partner = partners.remove(tensor.name());
      named += partner == null ? 0 : 1;
      Obstacle obstacle = obstacle(tensor, partner);
      if (obstacle != null) {
        kept.computeIfAbsent(obstacle, none -> new ArrayList<>()).add(tensor.name());
      } else if (tensor.dtype().isFloating()) {
        pairs.add(new StepPair(tensor, partner));
      }
    }
    partners.keySet().stream()
        .sorted()
        .forEach(
            name -> kept.computeIfAbsent(Obstacle.AFTER_ONLY, none -> new ArrayList<>()).add(name));
    pairs.sort(Comparator.comparing(StepPair::name));
    return new StepPairs(pairs, findings(kept, named));
  }

  private static Obstacle obstacle(TensorEntry before, TensorEntry after) {
    if (after == null) {
      return Obstacle.BEFORE_ONLY;
    }
    if (!before.shape().equals(after.shape())) {
      return Obstacle.SHAPE;
    }
    if (before.dtype() != after.dtype()) {
      return Obstacle.DTYPE;
    }
    boolean numbers = !before.dtype().isFloating() || SUPPORTED.contains(before.dtype());
    boolean plain = !before.dtype().isFloating() || isInOnePiece(before) && isInOnePiece(after);
    return numbers && plain ? null : Obstacle.UNSUPPORTED;
  }

  private static boolean isInOnePiece(TensorEntry tensor) {
    return tensor.allSlices().size() == 1
        && tensor.slices().get(0).arrangement() == null
        && tensor.slices().get(0).placement() == null;
  }

  private static List<Finding> findings(Map<Obstacle, List<String>> kept, int named) {
    List<Finding> findings = new ArrayList<>();
    if (named == 0) {
      TensorNames names = new TensorNames(kept.values().stream().flatMap(List::stream).toList());
      String fact = "No tensor of BEFORE is in AFTER under its name, among " + names.count();
      findings.add(TrainingRule.STEPS_NOT_OF_ONE_RUN.finding(1, null, fact, names.evidence()));
      return findings;
    }
    kept.forEach(
        (obstacle, list) -> {
          TensorNames names = new TensorNames(list);
          String fact = names.count() + " " + obstacle.words + ": " + names.first();
          int side = obstacle == Obstacle.BEFORE_ONLY ? 0 : 1;
          findings.add(obstacle.rule.finding(side, names.only(), fact, names.evidence()));
        });
    return findings;
  }
}
