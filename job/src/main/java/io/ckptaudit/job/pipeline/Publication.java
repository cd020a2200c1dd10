package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.io.LabelledThreads;
import io.ckptaudit.job.report.CheckpointSummary;
import io.ckptaudit.job.report.ReportRows;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.report.TableDigests;
import io.ckptaudit.job.report.TableWriter;
import java.io.IOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** The end of every run: its verdict, its tables with their digests, and the manifest last. */
final class Publication {

  private final SparkSession spark;
  private final RunFolder run;
  private final RunRequest request;
  private final Set<Table> tables;
  private final Instant started = Instant.now();

  /**
   * Made when the run starts.
   *
   * @param tables that the run writes
   */
  Publication(SparkSession spark, RunFolder run, RunRequest request, Set<Table> tables) {
    this.spark = spark;
    this.run = run;
    this.request = request;
    this.tables = tables;
    label();
  }

  /** Log lines of this thread and of all tasks of the run have its id, as %X{mdc.run} of log4j. */
  private void label() {
    spark.sparkContext().setLocalProperty(RunLog.LABEL, request.runId());
    RunLog.begin(request.runId());
  }

  Instant started() {
    return started;
  }

  /** What follows from everything found. */
  RunVerdict verdict(List<Finding> findings, long bytesRead, List<CheckpointSummary> checkpoints) {
    Verdict verdict = Verdict.of(findings, request.failOn());
    return new RunVerdict(
        Table.CONTRACT_VERSION,
        request.runId(),
        Version.CURRENT,
        started.toString(),
        Instant.now().toString(),
        verdict.name().toLowerCase(Locale.ROOT),
        verdict.exitCode(),
        request.failOn().toString(),
        bytesRead,
        request.config(),
        checkpoints);
  }

  /** As {@link #publish(RunVerdict, Row, JavaRDD, Map, Map)}, with all tables from the blocks. */
  RunVerdict publish(
      RunVerdict verdict, Row runRow, JavaRDD<ReportRows> blocks, Map<Table, List<Row>> driver)
      throws PublicationException {
    Map<Table, JavaRDD<Row>> distributed = new EnumMap<>(Table.class);
    for (Table table : tables) {
      if (table != Table.RUNS && !driver.containsKey(table)) {
        distributed.put(table, blocks.flatMap(block -> block.of(table).iterator()));
      }
    }
    return publish(verdict, runRow, blocks, distributed, driver);
  }

  /**
   * Writes the tables and makes the run exist.
   *
   * @param runRow of the table of runs
   * @param blocks what the digests of the distributed tables are of
   * @param distributed the rows of those tables
   * @param driver the rows of the other tables, but for that of runs
   * @return the verdict, as stored; that of another run of the same id if it was published
   *     meanwhile
   * @throws PublicationException if the report could not be written
   */
  RunVerdict publish(
      RunVerdict verdict,
      Row runRow,
      JavaRDD<ReportRows> blocks,
      Map<Table, JavaRDD<Row>> distributed,
      Map<Table, List<Row>> driver)
      throws PublicationException {
    RunAttempt attempt = null;
    try {
      attempt = new RunAttempt(run);
      Map<Table, String> digests = TableDigests.of(blocks, driver, tables);
      JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
      Map<Table, JavaRDD<Row>> all = new EnumMap<>(distributed);
      driver.forEach((table, rows) -> all.put(table, context.parallelize(rows, 1)));
      all.put(Table.RUNS, context.parallelize(List.of(runRow), 1));
      Optional<RunVerdict> other = run.published();
      if (other.isPresent()) {
        run.complete();
        return other.get();
      }
      writer().write(all, attempt.sparkUris(tables), attempt.fileNames());
      logCommitter(attempt);
      return attempt.publish(verdict, digests, tables);
    } catch (ExecutionException e) {
      return failed(attempt, verdict, e.getCause() instanceof Exception cause ? cause : e);
    } catch (Exception e) {
      return failed(attempt, verdict, e);
    }
  }

  private TableWriter writer() {
    return new TableWriter(spark, threads -> LabelledThreads.pool(threads, "tables"));
  }

  /** Where Spark commits straight to the place of the tables. */
  private void logCommitter(RunAttempt attempt) throws IOException {
    Optional<byte[]> marker = attempt.marker();
    if (marker.isPresent()) {
      String protocol = spark.conf().get("spark.sql.sources.commitProtocolClass");
      TableWriter.logCommitter(Settings.withoutUserInfo(request.report()), marker.get(), protocol);
    }
  }

  /** An attempt may fail because another has won. */
  private RunVerdict failed(RunAttempt attempt, RunVerdict verdict, Exception cause)
      throws PublicationException {
    try {
      if (attempt != null && !attempt.decided()) {
        attempt.abandon();
        Optional<RunVerdict> other = run.published();
        if (other.isPresent()) {
          return other.get();
        }
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
    throw new PublicationException(request.report(), cause, verdict);
  }
}
