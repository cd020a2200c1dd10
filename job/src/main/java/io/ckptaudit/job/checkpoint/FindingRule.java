package io.ckptaudit.job.checkpoint;

import java.util.List;

/** What a finding can be about: a row of the documentation of findings, and a key of a policy. */
public interface FindingRule {

  /** The id, of capital letters, digits and underscores; unique among all rules. */
  String name();

  /** How much such findings matter where no policy says otherwise; the usual one first. */
  List<Severity> severities();

  /** Whether they mean that the audit could not finish, not that the checkpoint is at fault. */
  boolean isIncomplete();

  /** What is wrong, in a line. */
  String meaning();

  /** The names of the numbers and texts in the evidence; one that ends in "?" may be missing. */
  List<String> evidence();

  /** What to do about it. */
  String action();

  /** Public threads of users who suffered from it, such as {@code transformers#25446}. */
  List<String> incidents();
}
