package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.report.RunRows;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/** One audit, from opened checkpoints to a published run. */
public final class AuditJob {

  private final JavaSparkContext context;
  private final Storages storages;
  private final AuditRequest request;
  private final Publication publication;

  private AuditJob(SparkSession spark, Storages storages, AuditRequest request) {
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.storages = storages;
    this.request = request;
    this.publication =
        new Publication(
            spark,
            new RunFolder(request.report(), request.runId(), storages),
            request,
            Table.ofAudit());
  }

  /**
   * Audits and publishes.
   *
   * @return the verdict, as stored; that of another run of the same id if it was published
   *     meanwhile
   * @throws PublicationException if all was read but the report could not be written
   * @throws UnfinishedException if Spark could not finish
   */
  public static RunVerdict run(
      SparkSession spark,
      Storages storages,
      AuditRequest request,
      List<Checkpoint> checkpoints,
      ReadProgress progress)
      throws IOException {
    return new AuditJob(spark, storages, request).run(checkpoints, progress);
  }

  private RunVerdict run(List<Checkpoint> checkpoints, ReadProgress progress) throws IOException {
    try (WeightReading reading = new WeightReading(context, storages, request, checkpoints)) {
      describe("read, local files " + reading.local());
      ReadPass read = reading.read(progress);
      progress.finish();
      reading.metrics().readingEnded();
      describe("report");
      return report(read, reading.metrics());
    } catch (Exception e) {
      throw UnfinishedException.orOurs(e);
    } finally {
      progress.finish();
    }
  }

  private RunVerdict report(ReadPass read, RunMetrics metrics) throws IOException {
    JavaPairRDD<String, byte[]> groups =
        TensorStates.group(read.outcomes(), read.models())
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    try (ReportTables tables = new ReportTables(read.outcomes(), groups, read.models())) {
      RunFindings findings =
          RunFindings.of(
              read.checkpoints(),
              read.models().value(),
              tables,
              groups,
              read.faults(),
              request.verifiesChecksums() ? read.checks().check(read.files()) : List.of());
      metrics.found(findings.findings());
      return publish(tables, findings, read.checkpoints());
    } finally {
      groups.unpersist();
    }
  }

  private void describe(String phase) {
    context.setJobDescription("ckpt-audit " + request.runId() + ": " + phase);
  }

  private RunVerdict publish(
      ReportTables report, RunFindings findings, List<Checkpoint> checkpoints)
      throws PublicationException {
    RunVerdict verdict = findings.verdict(publication);
    Map<Table, List<Row>> driver = new EnumMap<>(Table.class);
    driver.put(Table.FINDINGS, RunRows.findings(checkpoints, findings.findings()));
    driver.put(
        Table.FILES, RunRows.files(checkpoints, findings.unreadFiles(), findings.checksums()));
    return publication.publish(
        verdict,
        RunRows.run(checkpoints, publication.started(), verdict, request.config()),
        report.reports(),
        report.tables(),
        driver);
  }
}
