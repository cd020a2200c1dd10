package io.ckptaudit.job.report;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.TensorName;
import io.ckptaudit.job.report.LayerSummary.CastSummary;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Which layers a person should look at first. */
final class LayerRanking {

  static final int SHOWN = 5;

  private static final CastSummary NO_CAST = new CastSummary("", 0, 0, 0, 0, 0, null);

  private final Map<String, Long> dtypes;
  private final Map<String, Long> errors;

  private LayerRanking(Map<String, Long> dtypes, List<Finding> findings) {
    this.dtypes = dtypes;
    this.errors =
        findings.stream()
            .filter(finding -> finding.severity() == Severity.ERROR && finding.tensor() != null)
            .collect(
                Collectors.groupingBy(
                    finding -> TensorName.of(finding.tensor()).layer(), Collectors.counting()));
  }

  /**
   * The layers with errors, or with values that the what-if target overflows or changes. By errors,
   * then values not finite, overflow, underflow, inexact, magnitude, and name.
   */
  static List<LayerSummary> worst(
      List<LayerSummary> layers, Map<String, Long> dtypes, List<Finding> findings) {
    LayerRanking ranking = new LayerRanking(dtypes, findings);
    return layers.stream()
        .filter(layer -> ranking.errors(layer) > 0 || ranking.cast(layer).inexact() > 0)
        .sorted(ranking.worstFirst())
        .limit(SHOWN)
        .toList();
  }

  private Comparator<LayerSummary> worstFirst() {
    return Comparator.comparingLong(this::errors)
        .thenComparingLong(layer -> layer.nonFinite() == null ? 0 : layer.nonFinite())
        .thenComparingLong(layer -> cast(layer).overflow())
        .thenComparingLong(layer -> cast(layer).underflow())
        .thenComparingLong(layer -> cast(layer).inexact())
        .thenComparingDouble(layer -> layer.absMax() == null ? 0 : layer.absMax())
        .reversed()
        .thenComparing(LayerSummary::layer);
  }

  private long errors(LayerSummary layer) {
    return errors.getOrDefault(layer.layer(), 0L);
  }

  private CastSummary cast(LayerSummary layer) {
    return CheckpointSummary.whatIf(layer, dtypes).orElse(NO_CAST);
  }
}
