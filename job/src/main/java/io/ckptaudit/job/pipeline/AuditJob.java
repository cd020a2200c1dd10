package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.plan.Planner;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.job.report.RunRows;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.report.TableDigests;
import io.ckptaudit.job.report.TableWriter;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/** One audit, from opened checkpoints to a published run. */
public final class AuditJob {

  /** Cores of a cluster to plan for at the least: executors may still be on their way. */
  private static final int FEWEST_CORES = 16;

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final Storages storages;
  private final AuditRequest request;
  private final List<Checkpoint> checkpoints;
  private final Broadcast<AuditedModels> models;
  private final Instant started = Instant.now();

  private AuditJob(
      SparkSession spark, Storages storages, AuditRequest request, List<Checkpoint> checkpoints) {
    this.spark = spark;
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.storages = storages;
    this.request = request;
    this.checkpoints = checkpoints;
    this.models =
        context.broadcast(new AuditedModels(checkpoints, request.criteria(), request.functions()));
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
    RunFolder run = new RunFolder(request.report(), request.runId(), storages);
    return new AuditJob(spark, storages, request, checkpoints).run(run, progress);
  }

  private RunVerdict run(RunFolder run, ReadProgress progress) throws IOException {
    int cores = context.defaultParallelism();
    int planned = context.isLocal() ? cores : Math.max(FEWEST_CORES, cores);
    ReadPlan how = ReadPlan.of(request.read(), checkpoints, context.getConf());
    List<ReadTask> tasks =
        Planner.plan(checkpoints, new PlanSettings(request.splitBytes(), planned));
    LongAccumulator bytesRead = context.sc().longAccumulator("bytes read");
    JavaPairRDD<Long, byte[]> outcomes =
        TensorStates.read(context, tasks, storages, how, models, bytesRead)
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    JavaPairRDD<String, byte[]> groups =
        TensorStates.group(outcomes, models).persist(StorageLevel.MEMORY_AND_DISK_SER());
    try (ReportTables tables = new ReportTables(outcomes, groups, models)) {
      describe("read, local files " + how.local());
      progress.start(tasks.stream().mapToLong(ReadTask::bytes).sum(), bytesRead::value);
      SortedMap<TensorId, byte[]> faults = faults(outcomes);
      progress.finish();
      describe("report");
      RunFindings findings =
          RunFindings.of(checkpoints, models.value(), tables, groups, faults, request);
      return publish(run, tables, findings);
    } catch (Exception e) {
      throw asOurs(e);
    } finally {
      progress.finish();
      groups.unpersist();
      outcomes.unpersist();
    }
  }

  private void describe(String phase) {
    context.setJobDescription("ckpt-audit " + request.runId() + ": " + phase);
  }

  /** Reads everything; what could not be read, by tensor. */
  private SortedMap<TensorId, byte[]> faults(JavaPairRDD<Long, byte[]> outcomes) {
    long planned = checkpoints.stream().mapToLong(checkpoint -> checkpoint.tensors().size()).sum();
    List<ReadPart> parts =
        outcomes.mapPartitions(tensors -> List.of(ReadPart.of(tensors)).iterator()).collect();
    long read = parts.stream().mapToLong(ReadPart::tensors).sum();
    if (read != planned) {
      throw new IllegalStateException(
          "Read " + read + " tensors of " + planned + " planned; please report this");
    }
    SortedMap<TensorId, byte[]> faults = new TreeMap<>();
    parts.forEach(
        part -> part.faults().forEach((key, outcome) -> faults.put(TensorId.ofKey(key), outcome)));
    return faults;
  }

  /**
   * What the driver learns of a partition that was read: its tensors, and the outcomes of faults.
   */
  private record ReadPart(long tensors, HashMap<Long, byte[]> faults) implements Serializable {

    static ReadPart of(Iterator<Tuple2<Long, byte[]>> outcomes) {
      long tensors = 0;
      HashMap<Long, byte[]> faults = new HashMap<>();
      while (outcomes.hasNext()) {
        Tuple2<Long, byte[]> outcome = outcomes.next();
        tensors++;
        if (SplitOutcome.isFault(outcome._2())) {
          faults.put(outcome._1(), outcome._2());
        }
      }
      return new ReadPart(tensors, faults);
    }
  }

  /** Spark's checked exceptions come out of unchecked methods. */
  private static IOException asOurs(Exception failure) {
    if (failure instanceof IOException ours) {
      return ours;
    }
    if (failure instanceof SparkException) {
      return new UnfinishedException(failure);
    }
    throw failure instanceof RuntimeException bug ? bug : new IllegalStateException(failure);
  }

  private RunVerdict publish(RunFolder run, ReportTables report, RunFindings findings)
      throws PublicationException {
    List<Finding> all = findings.findings();
    RunVerdict verdict = findings.verdict(request, started);
    Map<Table, List<Row>> driver = new EnumMap<>(Table.class);
    driver.put(Table.FINDINGS, RunRows.findings(checkpoints, all));
    driver.put(Table.FILES, RunRows.files(checkpoints, findings.unreadFiles()));
    try {
      Map<Table, String> digests = TableDigests.of(report.reports(), driver, Table.ofAudit());
      driver.put(Table.RUNS, List.of(RunRows.run(checkpoints, started, verdict, request.config())));
      Map<Table, JavaRDD<Row>> tables = report.tables();
      driver.forEach((table, rows) -> tables.put(table, context.parallelize(rows, 1)));
      Optional<RunVerdict> other = run.removeLeftovers();
      if (other.isPresent()) {
        return other.get();
      }
      new TableWriter(spark).write(tables, run.sparkUris(Table.ofAudit()));
      run.publish(verdict, digests, Table.ofAudit());
      return verdict;
    } catch (ExecutionException e) {
      throw new PublicationException(
          request.report(), e.getCause() instanceof Exception cause ? cause : e);
    } catch (Exception e) {
      throw new PublicationException(request.report(), e);
    }
  }
}
