package io.ckptaudit.job.cli;

import io.ckptaudit.job.audit.AuditCriteria;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.compare.GivenNames;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.AuditRequest;
import io.ckptaudit.job.pipeline.ComparedValues;
import io.ckptaudit.job.pipeline.ComparedWeights;
import io.ckptaudit.job.pipeline.ComparisonJob;
import io.ckptaudit.job.pipeline.ComparisonRequest;
import io.ckptaudit.job.pipeline.ReadChoice;
import io.ckptaudit.job.pipeline.RunIds;
import io.ckptaudit.job.pipeline.RunLog;
import io.ckptaudit.job.pipeline.SparkSessions;
import io.ckptaudit.job.pipeline.StoredRunName;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.policy.NamesFile;
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
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says whether one checkpoint is the same model as another, and what was done to it. */
@Command(
    name = "compare",
    description =
        "Says from counts and digests whether RIGHT is the same model as LEFT, and what was done to"
            + " its values on the way.",
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "LEFT",
      description =
          "The original: a checkpoint, or a stored run as DIR@RUN (DIR@RUN/NAME if it is of"
              + " several checkpoints), of which no weight is read.")
  private String left;

  @Parameters(index = "1", paramLabel = "RIGHT", description = "The copy, likewise.")
  private String right;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      required = true,
      description = "Where the report goes, and the audits of sides that are checkpoints.")
  private String report;

  @Option(
      names = "--values",
      arity = "0..1",
      paramLabel = "WHICH",
      fallbackValue = "open",
      preprocessor = OnlyAttached.class,
      description =
          "Reads the weights of both sides, which must be checkpoints, and compares them element by"
              + " element: the pairs that counts and digests leave open, or with --values=all every"
              + " one.")
  private ComparedValues values = ComparedValues.NONE;

  @Option(
      names = "--split-size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Most bytes a task reads in one go, such as 256MiB.",
      defaultValue = "256MiB")
  private Long splitSize;

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description =
          "Of the form [a-z][a-z0-9-]*; a run that exists is not made again. Audits of the sides"
              + " are ID-left and ID-right.")
  private String runId;

  @Option(
      names = "--fail-on",
      paramLabel = "SEVERITY",
      description =
          "error, warning or never: from which severity on the exit code is 10; what the policy"
              + " says if not given, which is error without one.")
  private Verdict.FailOn failOn;

  @Mixin private PolicyOption policy;

  @Option(
      names = "--names",
      paramLabel = "FILE",
      description =
          "Which tensors of LEFT are which of RIGHT, where the known names do not tell: see"
              + " docs/compare.md.")
  private String names;

  @Option(names = "--master", paramLabel = "URL", description = "Spark master; local[*] if none.")
  private String master;

  @Mixin private SettingsOption conf;

  private Policy judging;

  @Override
  public Integer call() throws IOException {
    Storages storages = conf.storages();
    String id = runId == null ? RunIds.next() : runId;
    judging = policy.read(storages);
    ComparisonRequest request =
        new ComparisonRequest(
            left,
            right,
            report,
            id,
            failOn == null ? judging.failOn() : failOn,
            judging,
            names(storages),
            values,
            splitSize,
            new KernelConversions(),
            conf.settings());
    RunLog.begin(request.runId());
    Optional<RunVerdict> published = StoredRuns.published(request, storages);
    RunVerdict verdict = published.isPresent() ? published.get() : compare(storages, request);
    spec.commandLine().getOut().print(SummaryText.of(verdict, report));
    spec.commandLine().getOut().flush();
    return verdict.exitCode();
  }

  private GivenNames names(Storages storages) {
    if (names == null) {
      return GivenNames.NONE;
    }
    try {
      return NamesFile.parse(storages.forUri(names).readAll(names, NamesFile.LONGEST), names);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(),
          "Cannot read the names " + names + ": " + e.getMessage() + "; check the path of --names",
          e);
    }
  }

  private RunVerdict compare(Storages storages, ComparisonRequest request) throws IOException {
    ComparedSide leftSide = side(left, request.runId() + "-left", storages);
    ComparedSide rightSide = side(right, request.runId() + "-right", storages);
    try (SparkSession spark = SparkSessions.start(master, conf.settings())) {
      StartedSession.mark();
      Storages onCluster = Storages.of(spark.sparkContext().hadoopConfiguration());
      ComparedWeights weights = weights(leftSide, rightSide, onCluster, request.runId());
      return ComparisonJob.run(
          spark,
          onCluster,
          request,
          leftSide.audited(spark, onCluster, weights == null ? null : weights.left()),
          rightSide.audited(spark, onCluster, weights == null ? null : weights.right()),
          weights);
    }
  }

  /** Both sides opened, to be read; null if no values are asked for. */
  private ComparedWeights weights(
      ComparedSide leftSide, ComparedSide rightSide, Storages storages, String run)
      throws IOException {
    return values == ComparedValues.NONE
        ? null
        : new ComparedWeights(
            storages,
            leftSide.open(storages),
            rightSide.open(storages),
            ProgressDisplay.create(run));
  }

  private ComparedSide side(String text, String id, Storages storages) throws IOException {
    try {
      Optional<StoredRunName> stored = StoredRunName.of(text, storages);
      if (stored.isPresent()) {
        ComparedSide side = new ComparedSide(text, stored.get(), null, null);
        if (values != ComparedValues.NONE) {
          side.open(storages);
        }
        return side;
      }
    } catch (FileNotFoundException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    ComparedSide side = new ComparedSide(text, null, audit(text, id), conf.settings());
    if (Storages.isLocal(text)) {
      side.open(storages);
    }
    return side;
  }

  private AuditRequest audit(String uri, String id) {
    EnumSet<Target> targets = EnumSet.of(Target.F16, Target.BF16, Target.F8_E4M3, Target.F8_E5M2);
    EnumSet<Target> required = EnumSet.noneOf(Target.class);
    required.addAll(judging.required());
    return new AuditRequest(
        List.of(uri),
        report,
        id,
        new AuditCriteria(targets, required, judging),
        Verdict.FailOn.ERROR,
        splitSize,
        ReadChoice.AUTO,
        new KernelConversions(),
        conf.settings());
  }
}
