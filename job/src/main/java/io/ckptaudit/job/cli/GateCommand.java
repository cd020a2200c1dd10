package io.ckptaudit.job.cli;

import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.SummaryText;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Exits by a stored verdict: for schedulers that lose the exit code of a driver. */
@Command(
    name = "gate",
    description =
        "Exits by the stored verdict of a run: 0, 10 or 12; 13 if there is none. Starts no Spark.",
    mixinStandardHelpOptions = true)
final class GateCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The report folder or URI.")
  private String report;

  @Option(names = "--run", paramLabel = "ID", description = "The run; the latest if not given.")
  private String runId;

  @Mixin private SettingsOption conf;

  @Override
  public Integer call() throws IOException {
    try {
      RunVerdict verdict = StoredRuns.verdict(report, runId, conf.storages());
      spec.commandLine().getOut().println(SummaryText.line(verdict));
      return verdict.exitCode();
    } catch (FileNotFoundException e) {
      spec.commandLine().getErr().println(ExitCodes.printable(e));
      return ExitCodes.NOT_PUBLISHED;
    }
  }
}
