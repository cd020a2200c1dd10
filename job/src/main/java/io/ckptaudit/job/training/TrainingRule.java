package io.ckptaudit.job.training;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.checkpoint.Severity;
import java.io.Serializable;
import java.util.LinkedHashMap;

/** What {@code scales} and {@code updates} can find; what a target would do is a note. */
enum TrainingRule {
  NOTHING_TO_SCALE(
      Severity.ERROR, false, "give a checkpoint with floating tensors, such as gradients"),
  SCALE_NOT_DECIDED(Severity.ERROR, true, "give the checkpoint itself in place of the stored run"),
  SCALE_NON_FINITE(
      Severity.WARNING, false, "look for the step that made them: no scale brings them back"),
  SCALE_HELPS(Severity.INFO, false, "multiply by it before the cast and divide by it afterwards"),
  SCALE_CANNOT_KEEP_ALL(
      Severity.INFO, false, "scale each tensor by itself, or take a target with more exponents"),
  STEPS_NOT_OF_ONE_RUN(
      Severity.ERROR, false, "give two checkpoints of one run, with the same names of tensors"),
  STEP_WITHOUT_PARTNER(
      Severity.ERROR, false, "look for the missing tensors, or for the wrong checkpoint"),
  STEP_SHAPES_DIFFER(Severity.ERROR, false, "give two checkpoints of one run"),
  STEP_DTYPES_DIFFER(
      Severity.ERROR, false, "give both steps as they were trained: a cast is no update"),
  STEP_UNSUPPORTED(
      Severity.ERROR, true, "save both steps as contiguous tensors of F32, F16 or BF16"),
  NO_UPDATES(Severity.WARNING, false, "check that AFTER is a later step than BEFORE"),
  UPDATES_NON_FINITE(Severity.WARNING, false, "look for the step that made them"),
  UPDATES_LOST(Severity.INFO, false, "keep master weights in F32, or round updates stochastically"),
  UPDATES_OF_ROUNDED_WEIGHTS(
      Severity.INFO,
      false,
      "give the F32 master weights: what these steps lost is not in them any more"),
  COPY_OVERFLOWS(Severity.INFO, false, "take BF16, or scale these weights");

  private final Severity severity;
  private final boolean incomplete;
  private final String action;

  TrainingRule(Severity severity, boolean incomplete, String action) {
    this.severity = severity;
    this.incomplete = incomplete;
    this.action = action;
  }

  /**
   * @param checkpoint index in the run
   * @param fact what, value and where
   */
  Finding finding(
      int checkpoint, String tensor, String fact, LinkedHashMap<String, Serializable> evidence) {
    return new Finding(
        checkpoint,
        name(),
        severity,
        incomplete,
        null,
        tensor,
        null,
        fact + "; " + action,
        evidence,
        action);
  }
}
