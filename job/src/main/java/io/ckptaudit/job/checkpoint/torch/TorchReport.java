package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FindingRule;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.container.pickle.Pickle;
import io.ckptaudit.job.container.pickle.PickleFault;
import io.ckptaudit.job.container.zip.ZipFault;
import java.util.List;

/** Faults of containers as problems of a checkpoint, and the wording that problems share. */
final class TorchReport {
  static final String DISTRUST = "do not load the file; get it from a source you trust";
  static final String DOWNLOAD = "download the file again from its source";
  static final String RESAVE = "save the weights again with a current torch, or as safetensors";

  private final String file;
  private final Problems problems;

  TorchReport(String file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  void add(Problem problem) {
    problems.add(problem);
  }

  /** Whether one more error of a rule is kept; its sentence need not be made otherwise. */
  boolean wants(FindingRule rule) {
    return problems.wants(rule, Severity.ERROR);
  }

  void keep(Problem problem) {
    problems.keep(problem);
  }

  Problem.Sentence error(FormatRule rule, String what) {
    return Problem.error(rule, what).in(file);
  }

  void zip(List<ZipFault> faults) {
    for (ZipFault fault : faults) {
      FormatRule rule = rule(fault.kind());
      String member = fault.member() == null ? "" : "member " + Quoted.of(fault.member()) + ": ";
      problems.add(
          error(rule, "Cannot trust the archive")
              .at(fault.offset())
              .because("%s%s", member, fault.reason())
              .reference(reference(fault.kind()))
              .todo(fault.kind() == ZipFault.Kind.TRUNCATED ? DOWNLOAD : DISTRUST));
    }
  }

  private static FormatRule rule(ZipFault.Kind kind) {
    return switch (kind) {
      case TRUNCATED -> FormatRule.ZIP_TRUNCATED;
      case ZIP64 -> FormatRule.ZIP64;
      case INCONSISTENT -> FormatRule.ZIP_INCONSISTENT;
      case AMBIGUOUS -> FormatRule.ZIP_AMBIGUOUS;
      case FLAGS -> FormatRule.ZIP_FLAGS;
      case POLYGLOT -> FormatRule.ZIP_POLYGLOT;
    };
  }

  private static String reference(ZipFault.Kind kind) {
    return switch (kind) {
      case TRUNCATED -> "failed finding central directory";
      case ZIP64, FLAGS -> "fails";
      case INCONSISTENT -> "loads it by the directory alone";
      case AMBIGUOUS -> "takes the first";
      case POLYGLOT -> "loads it, unless the bytes are before";
    };
  }

  /**
   * @param base where the pickle begins in the file
   */
  void pickle(Pickle pickle, long base) {
    for (PickleFault fault : pickle.faults()) {
      String subject = fault.subject() == null ? "" : Quoted.of(fault.subject()) + ": ";
      problems.add(
          error(rule(fault.kind()), what(fault.kind()))
              .at(base + fault.position())
              .because("%s%s", subject, fault.reason())
              .reference(
                  fault.kind() == PickleFault.Kind.DUPLICATE_KEY ? "takes the last" : "refuses it")
              .todo(todo(fault.kind())));
    }
  }

  private static FormatRule rule(PickleFault.Kind kind) {
    return switch (kind) {
      case CORRUPT -> FormatRule.PKL_CORRUPT;
      case OPCODE -> FormatRule.PKL_OPCODE;
      case LIMIT -> FormatRule.PKL_LIMIT;
      case GLOBAL -> FormatRule.UNSAFE_GLOBAL;
      case PROTOCOL -> FormatRule.NONDEFAULT_PROTOCOL;
      case DUPLICATE_KEY -> FormatRule.PT_DUPLICATE_KEY;
    };
  }

  private static String what(PickleFault.Kind kind) {
    return switch (kind) {
      case CORRUPT, OPCODE, LIMIT -> "Cannot read the pickle";
      case GLOBAL -> "Refused what the pickle calls";
      case PROTOCOL -> "Cannot load the pickle strictly";
      case DUPLICATE_KEY -> "Cannot tell which value is meant";
    };
  }

  private static String todo(PickleFault.Kind kind) {
    return switch (kind) {
      case CORRUPT -> DOWNLOAD;
      case OPCODE, LIMIT, GLOBAL -> DISTRUST;
      case PROTOCOL, DUPLICATE_KEY -> RESAVE;
    };
  }
}
