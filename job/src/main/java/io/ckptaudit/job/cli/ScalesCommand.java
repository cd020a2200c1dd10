package io.ckptaudit.job.cli;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.RunLog;
import io.ckptaudit.job.pipeline.ScalesRequest;
import io.ckptaudit.job.pipeline.StoredRunName;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.SummaryText;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.number.Target;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what each power-of-two scale would save or lose. */
@Command(
    name = "scales",
    description =
        "Says what multiplying by each power of two from 2^-24 to 2^24 would save or lose in each"
            + " target: of gradients, optimizer states or weights.",
    mixinStandardHelpOptions = true)
final class ScalesCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "CHECKPOINT",
      description =
          "A checkpoint, or a stored run as DIR@RUN (DIR@RUN/NAME if it is of several), of which"
              + " no weight is read.")
  private String uri;

  @Mixin private RunOptions options;

  @Option(
      names = "--targets",
      split = ",",
      paramLabel = "TARGET",
      converter = TargetConverter.class,
      description = "Casts of at most 16 bits; ${DEFAULT-VALUE} if not given.",
      defaultValue = "F16,BF16,F8_E4M3,F8_E5M2")
  private List<Target> targets;

  @Mixin private SettingsOption conf;

  @Override
  public Integer call() throws IOException {
    Storages storages = conf.storages();
    ScalesRequest request =
        new ScalesRequest(
            uri,
            options.report(),
            options.runId(),
            EnumSet.copyOf(targets),
            options.failOn(),
            options.splitBytes(),
            options.read(),
            new KernelConversions(),
            conf.settings());
    RunLog.begin(request.runId());
    Optional<RunVerdict> published = StoredRuns.published(request, storages);
    RunVerdict verdict =
        published.isPresent()
            ? published.get()
            : TrainingRun.of(request, stored(storages), storages, options.master());
    spec.commandLine().getOut().print(SummaryText.of(verdict, options.report()));
    spec.commandLine().getOut().flush();
    return verdict.exitCode();
  }

  private Optional<StoredRunName> stored(Storages storages) throws IOException {
    try {
      return StoredRunName.of(uri, storages);
    } catch (FileNotFoundException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
