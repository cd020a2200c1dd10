package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.ReadFailure;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.checkpoint.Severity;
import java.io.Serializable;
import java.util.Comparator;
import java.util.LinkedHashMap;

/**
 * One thing worth saying of a checkpoint, with its address.
 *
 * @param checkpoint index in the run
 * @param rule its id, see {@link Rules}
 * @param file relative to the checkpoint, or null
 * @param tensor or null
 * @param byteOffset in the file, or null
 * @param message what, value, where and what to do: one sentence without its full stop
 * @param evidence the numbers by name, in a fixed order
 * @param action what to do, alone
 */
public record Finding(
    int checkpoint,
    String rule,
    Severity severity,
    boolean incomplete,
    String file,
    String tensor,
    Long byteOffset,
    String message,
    LinkedHashMap<String, Serializable> evidence,
    String action)
    implements Serializable {

  private static final String EXCEPTED = "excepted";

  /** By checkpoint, then gravest first, then by rule and address. */
  public static final Comparator<Finding> ORDER =
      Comparator.comparingInt(Finding::checkpoint)
          .thenComparing(Finding::severity, Comparator.reverseOrder())
          .thenComparing(Finding::rule)
          .thenComparing(Finding::file, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(Finding::tensor, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(Finding::byteOffset, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(Finding::message);

  /** In the evidence of a finding that stands for others: how many. */
  static final String MORE = "more";

  /** How many findings that are not listed it stands for; 0 if it is one itself. */
  long more() {
    return evidence.get(MORE) instanceof Long count ? count : 0;
  }

  /** A tensor that could not be read to its end, and so has no figures. */
  public static Finding ofUnread(TensorSubject subject, ReadFailure failure) {
    return ofUnread(subject, failure.fault(), failure.reason(), failure.evidence());
  }

  /**
   * As {@link #ofUnread(TensorSubject, ReadFailure)}, of a tensor whose file was over its budget.
   *
   * @param read bytes of weights of its file that are in the report
   * @param all bytes of weights that the file has
   */
  public static Finding ofUnread(TensorSubject subject, ReadFailure failure, long read, long all) {
    LinkedHashMap<String, Serializable> evidence = failure.evidence();
    evidence.put(ReadFault.FILE_BYTES_READ, read);
    evidence.put(ReadFault.FILE_BYTES, all);
    String progress = ", of whose " + all + " bytes of weights " + read + " are in the report";
    return ofUnread(subject, failure.fault(), failure.reason() + progress, evidence);
  }

  private static Finding ofUnread(
      TensorSubject subject,
      ReadFault fault,
      String reason,
      LinkedHashMap<String, Serializable> evidence) {
    return new Finding(
        subject.checkpoint(),
        fault.name(),
        Severity.ERROR,
        true,
        subject.firstShard(),
        subject.entry().name(),
        subject.firstOffset(),
        "Cannot read " + subject.place() + ": " + reason + "; " + fault.action(),
        evidence,
        fault.action());
  }

  /** The same with another severity; whether the audit could finish stays a fact. */
  Finding withSeverity(Severity other) {
    return new Finding(
        checkpoint, rule, other, incomplete, file, tensor, byteOffset, message, evidence, action);
  }

  /** The same as a note that it is accepted, and why. */
  Finding excepted(String reason) {
    LinkedHashMap<String, Serializable> reasoned = new LinkedHashMap<>(evidence);
    reasoned.put(EXCEPTED, reason);
    return new Finding(
        checkpoint,
        rule,
        Severity.INFO,
        false,
        file,
        tensor,
        byteOffset,
        message,
        reasoned,
        action);
  }

  /** The same as a policy judged another finding: its severity, and the reason of an exception. */
  public Finding as(Finding judged) {
    Serializable reason = judged.evidence.get(EXCEPTED);
    return reason == null ? withSeverity(judged.severity) : excepted((String) reason);
  }

  /** What opening a checkpoint met. */
  public static Finding of(int checkpoint, Problem problem) {
    LinkedHashMap<String, Serializable> evidence = new LinkedHashMap<>();
    if (problem.reference() != null) {
      evidence.put("reference_reader", problem.reference());
    }
    if (problem.more() > 0) {
      evidence.put(MORE, problem.more());
    }
    return new Finding(
        checkpoint,
        problem.rule(),
        problem.severity(),
        problem.isIncomplete(),
        problem.file(),
        problem.tensor(),
        problem.byteOffset(),
        problem.message(),
        evidence,
        problem.action());
  }
}
