package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Gathering;
import io.ckptaudit.job.audit.TensorSubject;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.job.report.GroupReport;
import io.ckptaudit.job.report.LayerSummary;
import io.ckptaudit.job.report.ReportRows;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.report.TensorReport;
import io.ckptaudit.udfs.state.CountedState;
import io.ckptaudit.udfs.state.TensorState;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** Rows of tensors and groups where their states are: nothing but findings reaches the driver. */
final class ReportTables implements AutoCloseable {

  private final JavaRDD<TensorReport> tensors;
  private final JavaRDD<GroupRows> groups;

  ReportTables(
      JavaPairRDD<Long, byte[]> outcomes,
      JavaPairRDD<String, byte[]> groupStates,
      Broadcast<AuditedModels> models) {
    tensors =
        outcomes
            .map(outcome -> tensorReport(outcome, models.value()))
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    groups =
        groupStates
            .mapToPair(state -> new Tuple2<>(GroupId.ofPartKey(state._1()).toKey(), state._2()))
            .groupByKey()
            .map(group -> groupRows(group, models.value()))
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
  }

  private static TensorReport tensorReport(Tuple2<Long, byte[]> outcome, AuditedModels models) {
    TensorSubject subject = models.subject(TensorId.ofKey(outcome._1()));
    if (SplitOutcome.isFault(outcome._2())) {
      return TensorReport.ofUnread(subject, models.criteria());
    }
    CountedSplit counted = SplitOutcome.counted(outcome._2());
    return TensorReport.of(
        subject,
        counted.state(),
        counted.slices(),
        ByteFindings.of(subject, counted),
        models.tables(),
        models.criteria());
  }

  /** The rows of one group and what a summary says of it. */
  private record GroupRows(int checkpoint, ReportRows rows, LayerSummary summary)
      implements Serializable {}

  private static GroupRows groupRows(Tuple2<Long, Iterable<byte[]>> group, AuditedModels models) {
    GroupId id = GroupId.ofKey(group._1());
    List<CountedState> states = new ArrayList<>();
    for (byte[] bytes : group._2()) {
      if (TensorState.fromBytes(bytes) instanceof CountedState counts) {
        states.add(counts);
      }
    }
    GroupReport report =
        GroupReport.of(models.group(id), states, models.tables(), models.criteria());
    Checkpoint checkpoint = models.checkpoints().get(id.checkpoint());
    ReportRows rows = new ReportRows(checkpoint);
    report.addTo(rows, checkpoint);
    return new GroupRows(id.checkpoint(), rows, LayerSummary.of(report));
  }

  /** The tables whose rows come from states. */
  Map<Table, JavaRDD<Row>> tables() {
    Map<Table, JavaRDD<Row>> tables = new EnumMap<>(Table.class);
    for (Table table : List.of(Table.TENSORS, Table.CONVERSIONS, Table.CODE_COUNTS)) {
      tables.put(table, ofTensors(table));
    }
    for (Table table : List.of(Table.LAYERS, Table.LAYER_CONVERSIONS)) {
      tables.put(table, ofGroups(table));
    }
    tables.put(Table.HISTOGRAMS, ofTensors(Table.HISTOGRAMS).union(ofGroups(Table.HISTOGRAMS)));
    return tables;
  }

  private JavaRDD<Row> ofTensors(Table table) {
    return tensors.flatMap(report -> report.rows().of(table).iterator());
  }

  private JavaRDD<Row> ofGroups(Table table) {
    return groups.flatMap(group -> group.rows().of(table).iterator());
  }

  /** The same by tensor, layer and model. */
  JavaRDD<ReportRows> reports() {
    return tensors.map(TensorReport::rows).union(groups.map(GroupRows::rows));
  }

  /** What all tensors have to say. */
  Gathering gathered() {
    return tensors
        .map(TensorReport::gathered)
        .aggregate(new Gathering(), Gathering::add, Gathering::addAll);
  }

  /** (checkpoint, summary) of every layer and model. */
  List<Tuple2<Integer, LayerSummary>> summaries() {
    return groups.map(group -> new Tuple2<>(group.checkpoint(), group.summary())).collect();
  }

  @Override
  public void close() {
    tensors.unpersist();
    groups.unpersist();
  }
}
