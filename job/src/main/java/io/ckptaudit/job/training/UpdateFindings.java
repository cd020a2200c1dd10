package io.ckptaudit.job.training;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.UpdateFigures;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/** What is worth saying of the updates between two steps, from the figures of the whole model. */
public final class UpdateFindings {

  private UpdateFindings() {}

  /**
   * @param model figures of each target; empty where nothing could be compared
   * @param pairs that were compared
   */
  public static List<Finding> of(List<UpdateFigures> model, List<StepPair> pairs) {
    List<Finding> findings = new ArrayList<>();
    if (model.isEmpty()) {
      return findings;
    }
    UpdateFigures any = model.get(0);
    LinkedHashMap<String, Serializable> counts = new LinkedHashMap<>();
    counts.put("elements", any.elements());
    counts.put("nonzero", any.nonzero());
    counts.put("non_finite", any.nonFinite());
    if (any.nonzero() + any.nonFinite() == 0) {
      String fact =
          String.format(Locale.ROOT, "All %,d values are the same in both steps", any.elements());
      findings.add(TrainingRule.NO_UPDATES.finding(1, null, fact, counts));
    }
    if (any.nonFinite() > 0) {
      String fact =
          String.format(
              Locale.ROOT,
              "NaN or infinite updates, which are in no other figure: %,d",
              any.nonFinite());
      findings.add(TrainingRule.UPDATES_NON_FINITE.finding(1, null, fact, counts));
    }
    model.forEach(target -> addTarget(findings, target));
    addRounded(findings, pairs);
    return findings;
  }

  private static void addTarget(List<Finding> findings, UpdateFigures figures) {
    LinkedHashMap<String, Serializable> evidence = new LinkedHashMap<>();
    evidence.put("target", figures.target().name());
    evidence.put("nonzero", figures.nonzero());
    evidence.put("lost", figures.lost());
    evidence.put("lost_share", figures.lostShare());
    if (figures.lost() > 0) {
      String fact =
          String.format(
              Locale.ROOT,
              "A copy of the weights in %s would lose %,d of %,d updates (%.2f%%), which are %.2f%%"
                  + " of the sum of their magnitudes",
              figures.target(),
              figures.lost(),
              figures.nonzero(),
              100.0 * figures.lost() / figures.nonzero(),
              100 * figures.lostShare());
      findings.add(TrainingRule.UPDATES_LOST.finding(1, null, fact, evidence));
    }
    if (figures.copyOverflow() > 0) {
      String fact =
          String.format(
              Locale.ROOT,
              "%,d weights that were updated are beyond %s: their copy is infinite",
              figures.copyOverflow(),
              figures.target());
      evidence.put("copy_overflow", figures.copyOverflow());
      findings.add(TrainingRule.COPY_OVERFLOWS.finding(1, null, fact, evidence));
    }
  }

  private static void addRounded(List<Finding> findings, List<StepPair> pairs) {
    TensorNames rounded =
        new TensorNames(
            pairs.stream()
                .filter(pair -> pair.before().dtype() != DType.F32)
                .map(StepPair::name)
                .toList());
    if (!rounded.names().isEmpty()) {
      String fact =
          rounded.count()
              + " stored in 16 bits, where only updates that survived can be seen: "
              + rounded.first();
      findings.add(
          TrainingRule.UPDATES_OF_ROUNDED_WEIGHTS.finding(
              1, rounded.only(), fact, rounded.evidence()));
    }
  }
}
