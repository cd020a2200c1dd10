package io.ckptaudit.job.policy;

import io.ckptaudit.job.checkpoint.Quoted;

/** A policy file, or one of names, that cannot be used: the user's to correct. */
public final class InvalidPolicyException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  /**
   * @param why what is wrong, with its value
   * @param line from 1; 0 for the file as a whole
   */
  InvalidPolicyException(String why, YamlText file, int line, String action) {
    super(
        "Cannot use "
            + file.subject()
            + ": "
            + why
            + " in "
            + Quoted.plain(file.file())
            + (line > 0 ? " at line " + line : "")
            + "; "
            + action);
  }
}
