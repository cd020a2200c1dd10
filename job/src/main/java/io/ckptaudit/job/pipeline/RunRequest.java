package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Verdict;
import java.util.List;
import java.util.Map;

/** What is asked of a run, whatever it does. */
public interface RunRequest {

  /** Folder or URI the report is written below. */
  String report();

  String runId();

  Verdict.FailOn failOn();

  /** What the user asked for, for the table of runs: secrets redacted. */
  Map<String, String> config();

  /** What of the config makes two requests the same run. */
  List<String> identity();
}
