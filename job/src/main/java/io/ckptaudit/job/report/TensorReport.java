package io.ckptaudit.job.report;

import io.ckptaudit.job.audit.AuditCriteria;
import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Gathering;
import io.ckptaudit.job.audit.SliceFindings;
import io.ckptaudit.job.audit.TensorFindings;
import io.ckptaudit.job.audit.TensorSubject;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.CountedState;
import io.ckptaudit.udfs.state.FormatTables;
import io.ckptaudit.udfs.state.OrderDigest;
import io.ckptaudit.udfs.state.SliceMagnitudes;
import io.ckptaudit.udfs.state.StateFigures;
import io.ckptaudit.udfs.state.Statistics;
import io.ckptaudit.udfs.state.TargetFigures;
import io.ckptaudit.udfs.state.TensorState;
import io.ckptaudit.udfs.state.WideCounts;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** The rows and findings of one tensor, made where its state is. */
public final class TensorReport implements Serializable {

  private static final long serialVersionUID = 1L;

  private final ReportRows rows;
  private Gathering.OfTensor gathered;

  private TensorReport(Checkpoint checkpoint) {
    this.rows = new ReportRows(checkpoint);
  }

  /** The row of a tensor that could not be read: what its header says, and nothing else. */
  public static TensorReport ofUnread(TensorSubject subject, AuditCriteria criteria) {
    TensorReport report = new TensorReport(subject.of());
    report.rows.add(Table.TENSORS, tensorRow(CheckpointKey.of(subject.of()), subject, null, null));
    report.gathered = Gathering.OfTensor.of(subject, List.of(), criteria);
    return report;
  }

  /**
   * @param slices null where nobody asked for them
   * @param met what was found while its bytes were read
   * @throws IllegalStateException if the state is not of every element, each once
   */
  public static TensorReport of(
      TensorSubject subject,
      TensorState state,
      SliceMagnitudes slices,
      List<Finding> met,
      Map<FloatFormat, FormatTables> tables,
      AuditCriteria criteria) {
    if (state.elements() != subject.entry().elements()) {
      throw new IllegalStateException(
          "Counted "
              + state.elements()
              + " elements of tensor "
              + Quoted.of(subject.entry().name())
              + ", which has "
              + subject.entry().elements()
              + ": a split was lost or read twice; please report this");
    }
    TensorReport report = new TensorReport(subject.of());
    CheckpointKey key = CheckpointKey.of(subject.of());
    if (state instanceof CountedState counts) {
      StateFigures figures = new StateFigures(List.of(counts), tables);
      report.addCounted(key, subject, counts, slices, met, figures, criteria);
      report.addCodeCounts(key, subject, counts, tables);
    } else {
      report.rows.add(Table.TENSORS, tensorRow(key, subject, null, state));
      report.gathered = Gathering.OfTensor.of(subject, met, criteria);
    }
    return report;
  }

  public ReportRows rows() {
    return rows;
  }

  /** What it has to say to the driver. */
  public Gathering.OfTensor gathered() {
    return gathered;
  }

  private void addCounted(
      CheckpointKey key,
      TensorSubject subject,
      CountedState counts,
      SliceMagnitudes slices,
      List<Finding> met,
      StateFigures figures,
      AuditCriteria criteria) {
    Statistics statistics = figures.statistics();
    rows.add(Table.TENSORS, tensorRow(key, subject, statistics, counts));
    HistogramRows histograms =
        new HistogramRows(key, "tensor", subject.entry().name(), rows.of(Table.HISTOGRAMS));
    histograms.add(statistics);
    List<TargetFigures> casts = new ArrayList<>();
    for (Target target : criteria.reported()) {
      TargetFigures cast = figures.target(target);
      casts.add(cast);
      List<Object> row = key.newRow();
      row.add(subject.entry().name());
      row.add(target.name());
      StatisticsRows.append(row, cast);
      rows.add(Table.CONVERSIONS, RowFactory.create(row.toArray()));
      histograms.add(cast);
    }
    List<Finding> findings = new ArrayList<>(met);
    findings.addAll(TensorFindings.of(subject, counts, statistics, figures, criteria));
    if (slices != null) {
      findings.addAll(SliceFindings.of(subject, slices, criteria));
    }
    gathered =
        Gathering.OfTensor.of(
            subject,
            findings,
            statistics,
            crc32c(counts, subject.entry().bytes()),
            casts,
            criteria);
  }

  private static Row tensorRow(
      CheckpointKey key, TensorSubject subject, Statistics statistics, TensorState state) {
    List<Object> row = key.newRow();
    row.add(subject.entry().name());
    row.add(subject.name().layer());
    row.add(subject.name().layerIndex());
    row.add(subject.name().role().id());
    row.add(subject.entry().dtype().name());
    row.add(subject.entry().shape().toArray(Long[]::new));
    row.add(subject.entry().elements());
    row.add(subject.entry().bytes());
    row.add(subject.shards().toArray(String[]::new));
    StatisticsRows.append(row, statistics);
    CountedState counts = state instanceof CountedState counted ? counted : null;
    row.add(counts == null ? null : indexOrNull(counts.minIndex()));
    row.add(counts == null ? null : indexOrNull(counts.maxIndex()));
    row.add(state == null ? null : crc32c(state, subject.entry().bytes()));
    return RowFactory.create(row.toArray());
  }

  private static Long indexOrNull(long index) {
    return index < 0 ? null : (Long) index;
  }

  private static Long crc32c(TensorState state, long bytes) {
    return state.orderDigest() == null
        ? null
        : (Long) Integer.toUnsignedLong(OrderDigest.finish(state.orderDigest(), bytes));
  }

  /** The codes of the tensor itself, or of the F16 and BF16 results of a wider one. */
  private void addCodeCounts(
      CheckpointKey key,
      TensorSubject subject,
      CountedState state,
      Map<FloatFormat, FormatTables> tables) {
    if (state instanceof CodeCounts counts) {
      rows.add(Table.CODE_COUNTS, codeCountsRow(key, subject, counts, "source"));
    } else if (state instanceof WideCounts wide) {
      FormatTables bf16 = tables.get(FloatFormat.BF16);
      for (Target target : List.of(Target.F16, Target.BF16)) {
        CodeCounts results = wide.castCodes(target, bf16);
        rows.add(Table.CODE_COUNTS, codeCountsRow(key, subject, results, "cast"));
      }
    }
  }

  private static Row codeCountsRow(
      CheckpointKey key, TensorSubject subject, CodeCounts counts, String of) {
    return RowFactory.create(
        key.uri(),
        key.revision(),
        subject.entry().name(),
        counts.dtype().name(),
        of,
        counts.codes(),
        counts.counts());
  }
}
