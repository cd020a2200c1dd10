package io.ckptaudit.job.cli;

import io.ckptaudit.job.audit.AuditCriteria;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.AuditJob;
import io.ckptaudit.job.pipeline.AuditRequest;
import io.ckptaudit.job.pipeline.Checkpoints;
import io.ckptaudit.job.pipeline.DryRun;
import io.ckptaudit.job.pipeline.ReadChoice;
import io.ckptaudit.job.pipeline.RunIds;
import io.ckptaudit.job.pipeline.RunLog;
import io.ckptaudit.job.pipeline.SparkSessions;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.pipeline.WarmKernels;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.SummaryText;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.number.Target;
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

/** Audits checkpoints and writes the report. */
@Command(
    name = "audit",
    description = "Reads every value of checkpoints once and writes an exact report.",
    mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "URI",
      arity = "1..*",
      description = "Folders, shards, indexes or globs: file:, hdfs:, s3a:, or plain paths.")
  private List<String> uris;

  @Option(names = "--report", paramLabel = "DIR", description = "Where the report goes.")
  private String report;

  @Option(
      names = "--targets",
      split = ",",
      paramLabel = "TARGET",
      converter = TargetConverter.class,
      description =
          "Casts to work out, of F32, F16, BF16, F8_E4M3, F8_E5M2, F8_E4M3_SAT, F8_E5M2_SAT;"
              + " ${DEFAULT-VALUE} if not given.",
      defaultValue = "F16,BF16,F8_E4M3,F8_E5M2")
  private List<Target> targets;

  @Option(
      names = "--required-targets",
      split = ",",
      paramLabel = "TARGET",
      converter = TargetConverter.class,
      description =
          "Casts that must not overflow: an error if they do; those of the policy if not given.")
  private List<Target> required;

  @Mixin private PolicyOption policy;

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description = "Of the form [a-z][a-z0-9-]*; a run that exists is not made again.")
  private String runId;

  @Option(
      names = "--split-size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Most bytes a task reads in one go, such as 256MiB.",
      defaultValue = "256MiB")
  private Long splitSize;

  @Option(
      names = "--read",
      paramLabel = "WAY",
      description =
          "auto, map, buffered or direct: how local weights are read; stores are always read in"
              + " ranges.",
      defaultValue = "auto")
  private ReadChoice read;

  @Option(
      names = "--fail-on",
      paramLabel = "SEVERITY",
      description =
          "error, warning or never: from which severity on the exit code is 10; what the policy"
              + " says if not given, which is error without one.")
  private Verdict.FailOn failOn;

  @Option(
      names = "--verify-checksums",
      description =
          "Also read every byte of every file and hold its sha256 or md5 against what the"
              + " repository promises: SHA256SUMS, checklist.chk, Git LFS, the cache of a hub.")
  private boolean verifyChecksums;

  @Option(names = "--master", paramLabel = "URL", description = "Spark master; local[*] if none.")
  private String master;

  @Mixin private SettingsOption conf;

  @Option(names = "--dry-run", description = "Plan and cost from headers only; starts no Spark.")
  private boolean dryRun;

  @Option(
      names = "--rate",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Of --dry-run: bytes a second that the cluster or store gives, such as 2GiB.")
  private Long rate;

  @Override
  public Integer call() throws IOException {
    Storages storages = conf.storages();
    Policy judging = policy.read(storages);
    if (dryRun) {
      RunLog.begin();
      List<Checkpoint> opened = Checkpoints.open(uris, storages, conf.settings());
      return plan(verifyChecksums ? Checkpoints.withPromises(opened, storages) : opened, judging);
    }
    if (report == null) {
      throw new ParameterException(
          spec.commandLine(), "Missing --report DIR: name the folder or URI the report goes to");
    }
    AuditRequest request = request(judging);
    RunLog.begin(request.runId());
    Optional<RunVerdict> published = StoredRuns.published(request, storages);
    return show(published.isPresent() ? published.get() : audit(storages, request));
  }

  private AuditRequest request(Policy judging) {
    EnumSet<Target> requiredSet = EnumSet.noneOf(Target.class);
    requiredSet.addAll(required == null ? judging.required() : required);
    return new AuditRequest(
        uris,
        report,
        runId == null ? RunIds.next() : runId,
        new AuditCriteria(EnumSet.copyOf(targets), requiredSet, judging),
        failOn(judging),
        splitSize,
        read,
        new KernelConversions(),
        conf.settings(),
        verifyChecksums);
  }

  private RunVerdict audit(Storages storages, AuditRequest request) throws IOException {
    boolean local = uris.stream().allMatch(Storages::isLocal);
    List<Checkpoint> opened = local ? Checkpoints.open(uris, storages, conf.settings()) : null;
    List<Checkpoint> warmed =
        local && SparkSessions.isLocal(master, conf.settings()) ? opened : List.of();
    try (WarmKernels kernels = WarmKernels.begin(warmed, request.criteria().targets());
        SparkSession spark = SparkSessions.start(master, conf.settings())) {
      StartedSession.mark();
      Storages onCluster = Storages.of(spark.sparkContext().hadoopConfiguration());
      List<Checkpoint> checkpoints =
          local ? opened : Checkpoints.open(uris, onCluster, conf.settings());
      // The cores belong to the tasks from here on.
      kernels.close();
      return AuditJob.run(
          spark, onCluster, request, checkpoints, ProgressDisplay.create(request.runId()));
    }
  }

  private int show(RunVerdict verdict) {
    spec.commandLine().getOut().print(SummaryText.of(verdict, report));
    spec.commandLine().getOut().flush();
    return verdict.exitCode();
  }

  private Verdict.FailOn failOn(Policy judging) {
    return failOn == null ? judging.failOn() : failOn;
  }

  private int plan(List<Checkpoint> checkpoints, Policy judging) {
    if (rate != null && rate == 0) {
      throw new ParameterException(
          spec.commandLine(), "Invalid --rate 0: give bytes a second, such as 2GiB");
    }
    PlanSettings plan = new PlanSettings(splitSize, Runtime.getRuntime().availableProcessors());
    DryRun cost = DryRun.of(checkpoints, plan, judging, rate);
    spec.commandLine().getOut().print(cost.text());
    spec.commandLine().getOut().flush();
    return Verdict.of(cost.findings(), failOn(judging)).exitCode();
  }
}
