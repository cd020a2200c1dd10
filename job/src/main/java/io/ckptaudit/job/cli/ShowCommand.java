package io.ckptaudit.job.cli;

import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.report.ReportJson;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.SummaryMarkdown;
import io.ckptaudit.job.report.SummaryText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a stored run. */
@Command(
    name = "show",
    description = "Prints a stored run; starts no Spark.",
    mixinStandardHelpOptions = true)
final class ShowCommand implements Callable<Integer> {

  /** How a run is printed. */
  enum Form {
    TEXT,
    JSON,
    MARKDOWN
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The report folder or URI.")
  private String report;

  @Option(names = "--run", paramLabel = "ID", description = "The run; the latest if not given.")
  private String runId;

  @Mixin private SettingsOption conf;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "One of ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} if not given.",
      defaultValue = "TEXT")
  private Form form;

  @Override
  public Integer call() throws IOException {
    RunVerdict verdict;
    try {
      verdict = StoredRuns.verdict(report, runId, conf.storages());
    } catch (FileNotFoundException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    spec.commandLine().getOut().print(rendered(verdict));
    spec.commandLine().getOut().flush();
    return 0;
  }

  private String rendered(RunVerdict verdict) {
    return switch (form) {
      case TEXT -> SummaryText.of(verdict, report);
      case JSON -> new String(ReportJson.write(verdict), StandardCharsets.UTF_8);
      case MARKDOWN -> SummaryMarkdown.of(verdict);
    };
  }
}
