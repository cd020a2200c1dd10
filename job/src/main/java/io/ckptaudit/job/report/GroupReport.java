package io.ckptaudit.job.report;

import io.ckptaudit.job.audit.AuditCriteria;
import io.ckptaudit.job.audit.GroupInventory;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CountedState;
import io.ckptaudit.udfs.state.FormatTables;
import io.ckptaudit.udfs.state.StateFigures;
import io.ckptaudit.udfs.state.Statistics;
import io.ckptaudit.udfs.state.TargetFigures;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.RowFactory;

/**
 * The rows of one layer, or of the whole model, from merged states; and the figures behind them.
 */
public final class GroupReport {

  private final GroupInventory inventory;
  private final Statistics statistics;
  private final Map<Target, TargetFigures> casts = new EnumMap<>(Target.class);

  private GroupReport(GroupInventory inventory, Statistics statistics) {
    this.inventory = inventory;
    this.statistics = statistics;
  }

  /**
   * @param states the merged states of the counted tensors of the group, one per dtype; may be none
   */
  public static GroupReport of(
      GroupInventory inventory,
      List<CountedState> states,
      Map<FloatFormat, FormatTables> tables,
      AuditCriteria criteria) {
    StateFigures figures = new StateFigures(states, tables);
    GroupReport report = new GroupReport(inventory, states.isEmpty() ? null : figures.statistics());
    if (!states.isEmpty()) {
      criteria.reported().forEach(target -> report.casts.put(target, figures.target(target)));
    }
    return report;
  }

  public GroupInventory inventory() {
    return inventory;
  }

  /** Null where the group has no tensor that was counted. */
  public Statistics statistics() {
    return statistics;
  }

  public Map<Target, TargetFigures> casts() {
    return casts;
  }

  /** Adds the rows of the group to the tables. */
  public void addTo(ReportRows rows, Checkpoint checkpoint) {
    CheckpointKey key = CheckpointKey.of(checkpoint);
    List<Object> row = key.newRow();
    row.add(inventory.name());
    row.add(inventory.layerIndex());
    row.add(inventory.tensors());
    row.add(inventory.elements());
    row.add(inventory.bytes());
    StatisticsRows.append(row, statistics);
    rows.add(Table.LAYERS, RowFactory.create(row.toArray()));
    if (statistics != null) {
      addFigures(rows, key);
    }
  }

  private void addFigures(ReportRows rows, CheckpointKey key) {
    String scope = inventory.isModel() ? "model" : "layer";
    HistogramRows histograms =
        new HistogramRows(key, scope, inventory.name(), rows.of(Table.HISTOGRAMS));
    histograms.add(statistics);
    casts.forEach(
        (target, figures) -> {
          List<Object> row = key.newRow();
          row.add(inventory.name());
          row.add(target.name());
          StatisticsRows.append(row, figures);
          rows.add(Table.LAYER_CONVERSIONS, RowFactory.create(row.toArray()));
          histograms.add(figures);
        });
  }
}
