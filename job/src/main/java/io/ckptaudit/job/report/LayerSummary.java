package io.ckptaudit.job.report;

import io.ckptaudit.udfs.state.TargetFigures;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a summary says of a layer or model: a few of its figures, under the names of the tables.
 *
 * @param counted elements that the figures are of; the rest is of other dtypes or was not read
 * @param absMax null where nothing finite was counted
 */
public record LayerSummary(
    String layer,
    boolean model,
    long tensors,
    long elements,
    long bytes,
    long counted,
    Long nonFinite,
    Double absMax,
    ArrayList<CastSummary> casts)
    implements Serializable {

  /** The figures of one target. */
  public record CastSummary(
      String target,
      long overflow,
      long underflow,
      long subnormal,
      long inexact,
      long exact,
      Double sqnrDb)
      implements Serializable {

    static CastSummary of(TargetFigures figures) {
      return new CastSummary(
          figures.target().name(),
          figures.overflow(),
          figures.underflow(),
          figures.subnormal(),
          figures.inexact(),
          figures.exact(),
          figures.sqnrDb());
    }
  }

  public static LayerSummary of(GroupReport report) {
    List<CastSummary> casts = report.casts().values().stream().map(CastSummary::of).toList();
    boolean counted = report.statistics() != null;
    return new LayerSummary(
        report.inventory().name(),
        report.inventory().isModel(),
        report.inventory().tensors(),
        report.inventory().elements(),
        report.inventory().bytes(),
        counted ? report.statistics().elements() : 0,
        counted ? (Long) report.statistics().nonFinite() : null,
        counted ? report.statistics().absMax() : null,
        new ArrayList<>(casts));
  }
}
