package io.ckptaudit.job.training;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.udfs.state.ScaleCounts;
import io.ckptaudit.udfs.state.ScaleFigures;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;

/**
 * What is worth saying of the scales of a checkpoint. The table has every scale of every tensor.
 */
public final class ScaleFindings {

  private ScaleFindings() {}

  /**
   * @param model all values; null where no tensor was counted
   * @param undecided names of floating tensors that a stored run does not decide
   */
  public static List<Finding> of(
      ScaleCounts model, List<TargetScales> targets, List<String> undecided) {
    List<Finding> findings = new ArrayList<>();
    if (!undecided.isEmpty()) {
      findings.add(undecided(new TensorNames(undecided)));
    }
    if (model == null || model.elements() == 0) {
      if (undecided.isEmpty()) {
        String fact = "No tensor has floating values to scale";
        findings.add(TrainingRule.NOTHING_TO_SCALE.finding(0, null, fact, new LinkedHashMap<>()));
      }
      return findings;
    }
    if (model.nan() + model.infinite() > 0) {
      findings.add(nonFinite(model));
    }
    targets.forEach(target -> addTarget(findings, target));
    return findings;
  }

  private static Finding undecided(TensorNames names) {
    String fact =
        names.count()
            + " of 32 or 64 bits, or never read, of which the stored run holds too little to tell"
            + " their scales: "
            + names.first();
    return TrainingRule.SCALE_NOT_DECIDED.finding(0, names.only(), fact, names.evidence());
  }

  private static Finding nonFinite(ScaleCounts model) {
    LinkedHashMap<String, Serializable> evidence = new LinkedHashMap<>();
    evidence.put("nan", model.nan());
    evidence.put("infinite", model.infinite());
    String fact =
        String.format(
            Locale.ROOT,
            "%,d values are NaN and %,d infinite, and are in no other figure",
            model.nan(),
            model.infinite());
    return TrainingRule.SCALE_NON_FINITE.finding(0, null, fact, evidence);
  }

  private static void addTarget(List<Finding> findings, TargetScales scales) {
    ScaleFigures now = scales.unscaled();
    ScaleFigures best = scales.best();
    if (best.exponent() != 0) {
      String fact =
          String.format(
              Locale.ROOT,
              "As they are, %,d values would overflow in %s, %,d vanish and %,d be rounded; times"
                  + " 2^%d it is %,d, %,d and %,d",
              now.overflow(),
              scales.target(),
              now.vanished(),
              now.inexact(),
              best.exponent(),
              best.overflow(),
              best.vanished(),
              best.inexact());
      findings.add(TrainingRule.SCALE_HELPS.finding(0, null, fact, evidence(scales)));
    }
    if (best.overflow() + best.vanished() > 0) {
      String fact =
          String.format(
              Locale.ROOT,
              "No power of two from 2^-24 to 2^24 keeps every value in %s: at best %,d overflow and"
                  + " %,d vanish, times 2^%d",
              scales.target(),
              best.overflow(),
              best.vanished(),
              best.exponent());
      findings.add(TrainingRule.SCALE_CANNOT_KEEP_ALL.finding(0, null, fact, evidence(scales)));
    }
  }

  private static LinkedHashMap<String, Serializable> evidence(TargetScales scales) {
    LinkedHashMap<String, Serializable> evidence = new LinkedHashMap<>();
    evidence.put("target", scales.target().name());
    evidence.put("best_exponent", scales.best().exponent());
    evidence.put("largest_exponent", scales.largest() == null ? null : scales.largest().exponent());
    evidence.put("vanished_unscaled", scales.unscaled().vanished());
    evidence.put("vanished_best", scales.best().vanished());
    return evidence;
  }
}
