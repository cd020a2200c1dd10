package io.ckptaudit.job.cli;

import io.ckptaudit.job.pipeline.DamagedReportException;
import io.ckptaudit.job.pipeline.Leftovers;
import io.ckptaudit.job.pipeline.RunLeftovers;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Removes what no run has. */
@Command(
    name = "gc",
    description =
        "Removes from a report what drivers left that were killed, or lost to another with the same"
            + " run id: files that no manifest lists, and uploads to S3 that nobody completes. Starts no"
            + " Spark.",
    mixinStandardHelpOptions = true)
final class GcCommand implements Callable<Integer> {

  private static final String KEPT = "kept, as its driver may be at work";

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "DIR", description = "The report folder or URI.")
  private String report;

  @Option(
      names = "--older-than",
      paramLabel = "AGE",
      description =
          "What was written later stays, since its driver may be at work: a number with m, h or d;"
              + " ${DEFAULT-VALUE} if not given.",
      converter = AgeConverter.class,
      defaultValue = "7d")
  private Duration age;

  @Option(names = "--dry-run", description = "Says what would be removed, and removes nothing.")
  private boolean dryRun;

  @Mixin private SettingsOption conf;

  private long runs;
  private long files;
  private long bytes;
  private long uploads;

  @Override
  public Integer call() throws IOException {
    Instant before = Instant.now().minus(age);
    Leftovers leftovers = new Leftovers(report, conf.storages());
    boolean whole = true;
    for (String runId : leftovers.runIds()) {
      try {
        collect(leftovers, leftovers.of(runId), before);
      } catch (FileNotFoundException | NoSuchFileException e) {
        say(runId + ", changed while it was looked at; " + KEPT);
      } catch (DamagedReportException e) {
        whole = false;
        spec.commandLine().getErr().println(ExitCodes.printable(e));
      }
    }
    say(
        String.format(
            Locale.ROOT,
            "%s of %d runs: %,d files, %,d bytes, %,d uploads",
            dryRun ? "would be removed" : "removed",
            runs,
            files,
            bytes,
            uploads));
    return whole ? 0 : ExitCodes.NOT_PUBLISHED;
  }

  private void collect(Leftovers leftovers, RunLeftovers left, Instant before) throws IOException {
    if (left.isEmpty()) {
      return;
    }
    if (left.written().isAfter(before) || !dryRun && !leftovers.remove(left, before)) {
      say(what(left) + KEPT);
      return;
    }
    runs++;
    files += left.fileCount();
    bytes += left.bytes();
    uploads += left.uploads();
    say(what(left) + (dryRun ? "would be removed" : "removed"));
  }

  private static String what(RunLeftovers left) {
    return String.format(
        Locale.ROOT,
        "%s, %s: %,d files, %,d bytes, %,d uploads, last written %s; ",
        left.runId(),
        left.isPublished() ? "not in its manifest" : "without a manifest",
        left.fileCount(),
        left.bytes(),
        left.uploads(),
        left.written().truncatedTo(ChronoUnit.SECONDS));
  }

  private void say(String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
