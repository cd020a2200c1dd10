package io.ckptaudit.job.cli;

/** Who reads the output: a person or a program. */
enum OutputForm {
  TEXT,
  JSON
}
