package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Severity;
import java.io.Serializable;
import java.util.LinkedHashMap;

/**
 * What the audit looks for in the values of a checkpoint: id, severity, and what to do about it.
 */
public enum Rule {
  NON_FINITE(
      Severity.ERROR, "restore the tensor from the original, or find the step that broke it"),
  OVERFLOW_DECLARED(
      Severity.ERROR,
      "load the model in its stored dtype, or correct the declared one in config.json"),
  OVERFLOW_REQUIRED(Severity.ERROR, "do not convert this tensor to the required target unscaled"),
  OVERFLOW_TARGET(
      Severity.INFO, "look up the tensors in the table conversions; scale them or keep them wider"),
  DTYPE_DECLARED(
      Severity.WARNING,
      "correct the declared dtype in config.json, or ask how the weights were cast"),
  ALL_ZERO_MATRIX(Severity.ERROR, "check that the tensor was written at all and trained"),
  CONSTANT_MATRIX(Severity.WARNING, "check that the tensor was initialised and trained"),
  CONSTANT_VECTOR(Severity.INFO, "nothing, if the tensor is meant to be constant"),
  PASSED_THROUGH_F16(
      Severity.WARNING,
      "look for the original: what F16 cannot hold was rounded, flushed or clipped on the way"),
  PASSED_THROUGH_BF16(
      Severity.WARNING,
      "look for the BF16 original: values below 2^-17 may have been rounded on the way"),
  DTYPE_NOT_COUNTED(Severity.WARNING, "audit the tensor with a version that counts this dtype");

  private final Severity severity;
  private final String action;

  Rule(Severity severity, String action) {
    this.severity = severity;
    this.action = action;
  }

  /** How much a finding of this rule matters where no policy says otherwise. */
  public Severity severity() {
    return severity;
  }

  public String action() {
    return action;
  }

  /** Whether a finding of this rule means that we could not finish, not that the data is bad. */
  boolean isIncomplete() {
    return this == DTYPE_NOT_COUNTED;
  }

  /** A finding about a whole checkpoint. */
  Finding ofModel(int checkpoint, String message, LinkedHashMap<String, Serializable> evidence) {
    return new Finding(
        checkpoint,
        name(),
        severity,
        isIncomplete(),
        null,
        null,
        null,
        message + "; " + action,
        evidence,
        action);
  }

  /** A finding about one tensor; the message gets its place appended. */
  Finding ofTensor(
      TensorSubject subject, String message, LinkedHashMap<String, Serializable> evidence) {
    return new Finding(
        subject.checkpoint(),
        name(),
        severity,
        isIncomplete(),
        subject.firstShard(),
        subject.entry().name(),
        subject.firstOffset(),
        message + " in " + subject.place() + "; " + action,
        evidence,
        action);
  }

  /** Evidence from names and values in turn. */
  static LinkedHashMap<String, Serializable> evidence(Object... namesAndValues) {
    LinkedHashMap<String, Serializable> evidence = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      evidence.put((String) namesAndValues[i], (Serializable) namesAndValues[i + 1]);
    }
    return evidence;
  }
}
