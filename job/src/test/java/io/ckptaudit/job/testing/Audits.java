package io.ckptaudit.job.testing;

import io.ckptaudit.job.audit.AuditCriteria;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.AuditJob;
import io.ckptaudit.job.pipeline.AuditRequest;
import io.ckptaudit.job.pipeline.Checkpoints;
import io.ckptaudit.job.pipeline.ReadChoice;
import io.ckptaudit.job.pipeline.ReadProgress;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Audits in the test JVM, and what they left in Parquet. */
public final class Audits {

  private static final String RUN = "run";

  private long splitBytes = PlanSettings.DEFAULT_SPLIT;
  private ConversionFunctions functions = new KernelConversions();
  private EnumSet<Target> required = EnumSet.noneOf(Target.class);
  private EnumSet<Target> targets =
      EnumSet.of(Target.F16, Target.BF16, Target.F8_E4M3, Target.F8_E5M2);
  private Policy policy = Policy.DEFAULT;
  private SparkSession spark;
  private String runId = RUN;
  private ReadChoice read = ReadChoice.AUTO;
  private boolean verifiesChecksums;
  private Runnable beforeReading = () -> {};

  public static Audits audits() {
    return new Audits();
  }

  public Audits splitBytes(long bytes) {
    splitBytes = bytes;
    return this;
  }

  public Audits read(ReadChoice way) {
    read = way;
    return this;
  }

  public Audits functions(ConversionFunctions other) {
    functions = other;
    return this;
  }

  public Audits required(Target target) {
    required.add(target);
    return this;
  }

  /** Casts to work out, in place of the usual four. */
  public Audits targets(Target only) {
    targets = EnumSet.of(only);
    return this;
  }

  public Audits policy(Policy judging) {
    policy = judging;
    return this;
  }

  public Audits runId(String id) {
    runId = id;
    return this;
  }

  public Audits verifyingChecksums() {
    verifiesChecksums = true;
    return this;
  }

  /** What happens between the reading of headers and that of weights. */
  public Audits beforeReading(Runnable event) {
    beforeReading = event;
    return this;
  }

  public Audits on(SparkSession session) {
    spark = session;
    return this;
  }

  /** Audits URIs into a report. */
  public RunVerdict run(Path report, String... uris) {
    return runTo(report.toString(), uris);
  }

  /** As {@link #run}, into a report anywhere. */
  public RunVerdict runTo(String report, String... uris) {
    SparkSession session = spark == null ? LocalSpark.session() : spark;
    Storages storages = Storages.of(session.sparkContext().hadoopConfiguration());
    AuditRequest request =
        new AuditRequest(
            List.of(uris),
            report,
            runId,
            new AuditCriteria(targets, required, policy),
            policy.failOn(),
            splitBytes,
            read,
            functions,
            Map.of(),
            verifiesChecksums);
    try {
      List<Checkpoint> opened = Checkpoints.open(request.uris(), storages);
      beforeReading.run();
      return AuditJob.run(session, storages, request, opened, ReadProgress.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The digests in the manifest of an audit made here, by table. */
  public static Map<String, String> digests(Path report) {
    try {
      return digests(StoredRuns.manifest(report.toUri().toString(), RUN, Storages.local()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Map<String, String> digests(Manifest manifest) {
    Map<String, String> digests = new TreeMap<>();
    manifest.tables().forEach((table, entry) -> digests.put(table, "" + entry.digest()));
    return digests;
  }

  /** The rows of a table as read back from Parquet. */
  public static List<Row> rows(Path report, Table table) {
    return LocalSpark.session().read().parquet(report + "/" + table.folder()).collectAsList();
  }
}
