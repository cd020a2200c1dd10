package io.ckptaudit.job.report;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.report.LayerSummary.CastSummary;
import io.ckptaudit.udfs.number.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is said of one checkpoint at a glance; every figure is one of the tables.
 *
 * @param dtypes elements by stored dtype
 * @param declared what config.json declares, or null
 * @param layers the layers that have errors or lose values in the {@linkplain #whatIf first other
 *     target}, worst first, at most {@link LayerRanking#SHOWN}
 * @param findings the gravest, at most {@link #FINDINGS}; {@code severities} counts all
 */
public record CheckpointSummary(
    String checkpoint,
    String revision,
    String declared,
    int files,
    Map<String, Long> dtypes,
    LayerSummary model,
    List<LayerSummary> layers,
    Map<String, Long> severities,
    List<FindingSummary> findings) {

  static final int FINDINGS = 20;

  /** A finding without its evidence. */
  public record FindingSummary(
      String rule,
      String severity,
      String file,
      String tensor,
      Long byteOffset,
      String message,
      String action) {

    static FindingSummary of(Finding finding) {
      return new FindingSummary(
          finding.rule(),
          finding.severity().name(),
          finding.file(),
          finding.tensor(),
          finding.byteOffset(),
          finding.message(),
          finding.action());
    }
  }

  /**
   * @param groups the layers of the checkpoint and its model
   * @param findings of the checkpoint, gravest first
   */
  public static CheckpointSummary of(
      Checkpoint checkpoint, List<LayerSummary> groups, List<Finding> findings) {
    Map<Boolean, List<LayerSummary>> byKind =
        groups.stream().collect(Collectors.partitioningBy(LayerSummary::model));
    Map<String, Long> dtypes = dtypes(checkpoint);
    return new CheckpointSummary(
        checkpoint.uri(),
        checkpoint.revision(),
        checkpoint.declaredDtype(),
        checkpoint.shards().size(),
        dtypes,
        byKind.get(true).stream().findFirst().orElse(null),
        LayerRanking.worst(byKind.get(false), dtypes, findings),
        severities(findings),
        findings.stream().limit(FINDINGS).map(FindingSummary::of).toList());
  }

  /** Elements of floating dtypes: what figures should be of. */
  long floatingElements() {
    return dtypes.entrySet().stream()
        .filter(entry -> DType.valueOf(entry.getKey()).isFloating())
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** The first target that is not what most elements are stored as, if there is one. */
  static Optional<CastSummary> whatIf(LayerSummary layer, Map<String, Long> dtypes) {
    String stored =
        dtypes.entrySet().stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse("");
    return layer.casts().stream().filter(cast -> !cast.target().equals(stored)).findFirst();
  }

  private static Map<String, Long> dtypes(Checkpoint checkpoint) {
    Map<String, Long> dtypes = new TreeMap<>();
    for (TensorEntry tensor : checkpoint.tensors()) {
      dtypes.merge(tensor.dtype().name(), tensor.elements(), Long::sum);
    }
    return dtypes;
  }

  private static Map<String, Long> severities(List<Finding> findings) {
    Map<String, Long> counts = new TreeMap<>();
    for (Severity severity : Severity.values()) {
      counts.put(
          severity.name(),
          findings.stream().filter(finding -> finding.severity() == severity).count());
    }
    return counts;
  }
}
