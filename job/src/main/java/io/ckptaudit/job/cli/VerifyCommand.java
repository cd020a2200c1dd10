package io.ckptaudit.job.cli;

import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.pipeline.SparkSessions;
import io.ckptaudit.job.pipeline.StoredDigests;
import io.ckptaudit.job.pipeline.Verification;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says whether a stored run is what was published. */
@Command(
    name = "verify",
    description =
        "Holds a stored run against its manifest: files missing, extra, cut short or damaged, and"
            + " rows that were edited. Exits with 0 or 13.",
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The report folder or URI.")
  private String report;

  @Option(names = "--run", paramLabel = "ID", description = "The run; the latest if not given.")
  private String runId;

  @Option(
      names = "--quick",
      description = "Names, lengths and ends of files alone: starts no Spark, reads no row.")
  private boolean quick;

  @Option(names = "--master", paramLabel = "URL", description = "Spark master; local[*] if none.")
  private String master;

  @Mixin private SettingsOption conf;

  @Override
  public Integer call() throws IOException {
    Verification verification;
    try {
      verification = Verification.of(report, runId, conf.storages());
    } catch (FileNotFoundException e) {
      spec.commandLine().getErr().println(ExitCodes.printable(e));
      return ExitCodes.NOT_PUBLISHED;
    }
    List<String> faults = new ArrayList<>(verification.faults());
    if (!quick) {
      faults.addAll(ofRows(verification));
    }
    PrintWriter out = spec.commandLine().getOut();
    faults.forEach(fault -> out.println(Quoted.whole(fault)));
    out.println(verification.summary() + (faults.isEmpty() ? "; " + checked() : "; not verified"));
    out.flush();
    return faults.isEmpty() ? 0 : ExitCodes.NOT_PUBLISHED;
  }

  private String checked() {
    return quick ? "all files are there and whole" : "all rows are those that were published";
  }

  private List<String> ofRows(Verification verification) throws IOException {
    try (SparkSession spark = SparkSessions.start(master, conf.settings())) {
      StartedSession.mark();
      return StoredDigests.faults(spark, verification);
    }
  }
}
