package io.ckptaudit.job.cli;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.RunLog;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.pipeline.UpdatesRequest;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.SummaryText;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says which updates between two steps a 16-bit copy would lose. */
@Command(
    name = "updates",
    description =
        "Compares two training steps element by element, and says which updates a copy of the"
            + " weights in F16 or BF16 would lose.",
    mixinStandardHelpOptions = true)
final class UpdatesCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "BEFORE", description = "The checkpoint of a step.")
  private String before;

  @Parameters(
      index = "1",
      paramLabel = "AFTER",
      description = "That of the next, or of a later one, of the same run.")
  private String after;

  @Mixin private RunOptions options;

  @Mixin private SettingsOption conf;

  @Override
  public Integer call() throws IOException {
    Storages storages = conf.storages();
    UpdatesRequest request =
        new UpdatesRequest(
            before,
            after,
            options.report(),
            options.runId(),
            options.failOn(),
            options.splitBytes(),
            options.read(),
            conf.settings());
    RunLog.begin(request.runId());
    Optional<RunVerdict> published = StoredRuns.published(request, storages);
    RunVerdict verdict =
        published.isPresent()
            ? published.get()
            : TrainingRun.of(request, storages, options.master());
    spec.commandLine().getOut().print(SummaryText.of(verdict, options.report()));
    spec.commandLine().getOut().flush();
    return verdict.exitCode();
  }
}
