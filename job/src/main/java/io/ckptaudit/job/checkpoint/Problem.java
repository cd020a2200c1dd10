package io.ckptaudit.job.checkpoint;

import java.io.Serializable;
import java.util.Comparator;
import java.util.Locale;

/**
 * Something wrong with a checkpoint or with reading it.
 *
 * @param of the rule it breaks, a {@link FormatRule} or {@link ReadFault}
 * @param file relative to the checkpoint; null if it concerns the whole
 * @param tensor the raw name, hostile characters and all; null if it concerns no single one
 * @param byteOffset absolute in the file; null where there is none
 * @param message one sentence: what, where, value, what to do; names in it are escaped
 * @param reference what the reference reader of the format does with it; may be null
 * @param action what to do, alone
 * @param more how many problems it stands for that are not listed; 0 if it is one itself
 */
public record Problem(
    FindingRule of,
    Severity severity,
    String file,
    String tensor,
    Long byteOffset,
    String message,
    String reference,
    String action,
    long more)
    implements Serializable {

  /** By file, place, rule and text, so that a list of problems never depends on timing. */
  static final Comparator<Problem> ORDER =
      Comparator.comparing(Problem::file, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(Problem::byteOffset, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(Problem::rule)
          .thenComparing(Problem::message);

  /** The id of its rule. */
  public String rule() {
    return of.name();
  }

  /**
   * Whether it keeps the audit from finishing rather than speaking against the checkpoint: rights,
   * I/O, a change meanwhile, a budget.
   */
  public boolean isIncomplete() {
    return of.isIncomplete();
  }

  /**
   * @param what cannot be done, such as "Cannot audit the header"
   */
  public static Sentence error(FindingRule rule, String what) {
    return new Sentence(rule, Severity.ERROR, what);
  }

  public static Sentence warning(FindingRule rule, String what) {
    return new Sentence(rule, Severity.WARNING, what);
  }

  public static Sentence info(FindingRule rule, String what) {
    return new Sentence(rule, Severity.INFO, what);
  }

  /** Builds the sentence; {@link #todo} ends it. */
  public static final class Sentence {
    private final FindingRule rule;
    private final Severity severity;
    private final String what;
    private String file;
    private String tensor;
    private Long byteOffset;
    private String value;
    private String reference;

    private Sentence(FindingRule rule, Severity severity, String what) {
      this.rule = rule;
      this.severity = severity;
      this.what = what;
    }

    public Sentence in(String fileName) {
      this.file = fileName;
      return this;
    }

    public Sentence tensor(String name) {
      this.tensor = name;
      return this;
    }

    public Sentence at(long offset) {
      this.byteOffset = offset;
      return this;
    }

    /** The value that is wrong, in words. */
    public Sentence because(String format, Object... arguments) {
      this.value = arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments);
      return this;
    }

    public Sentence reference(String behaviour) {
      this.reference = behaviour;
      return this;
    }

    public Problem todo(String action) {
      StringBuilder text = new StringBuilder(what);
      if (tensor != null) {
        text.append(' ').append(Quoted.of(tensor));
      }
      if (file != null) {
        text.append(" in ").append(Quoted.plain(file));
      }
      if (byteOffset != null) {
        text.append(" at byte ").append(byteOffset.longValue());
      }
      text.append(": ").append(value).append("; ").append(action);
      return new Problem(
          rule, severity, file, tensor, byteOffset, text.toString(), reference, action, 0);
    }
  }
}
