package io.ckptaudit.job.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.checkpoint.Unaudited;
import io.ckptaudit.job.report.LayerSummary.CastSummary;
import io.ckptaudit.udfs.number.DType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * What is said of one checkpoint at a glance; every figure is one of the tables.
 *
 * @param missing what is not in the figures; null if nothing is
 * @param dtypes elements by stored dtype
 * @param declared what config.json declares, or null
 * @param layers the layers that have errors or lose values in the {@linkplain #whatIf first other
 *     target}, worst first, at most {@link LayerRanking#SHOWN}
 * @param findings the gravest, at most {@link #FINDINGS}; {@code severities} counts all
 * @param checksums null if nobody asked for them
 */
public record CheckpointSummary(
    String checkpoint,
    String revision,
    String declared,
    int files,
    Missing missing,
    Map<String, Long> dtypes,
    LayerSummary model,
    List<LayerSummary> layers,
    Map<String, Long> severities,
    List<FindingSummary> findings,
    @JsonInclude(JsonInclude.Include.NON_NULL) ChecksumSummary checksums) {

  /** Of files that were not held against promised checksums. */
  public CheckpointSummary(
      String checkpoint,
      String revision,
      String declared,
      int files,
      Missing missing,
      Map<String, Long> dtypes,
      LayerSummary model,
      List<LayerSummary> layers,
      Map<String, Long> severities,
      List<FindingSummary> findings) {
    this(
        checkpoint,
        revision,
        declared,
        files,
        missing,
        dtypes,
        model,
        layers,
        severities,
        findings,
        null);
  }

  static final int FINDINGS = 20;

  /**
   * What the checkpoint should have and no figure is of.
   *
   * @param files shards of which tensors are missing
   * @param names of those files, at most {@link #FINDINGS}
   * @param tensors that an index or a header names
   * @param more whether there may be others that nothing names
   */
  public record Missing(long files, List<String> names, long tensors, boolean more) {

    private static final int SHOWN = 4;

    static Missing of(Unaudited unaudited) {
      return unaudited.files().isEmpty() && unaudited.tensors() == 0
          ? null
          : new Missing(
              unaudited.files().size(),
              unaudited.files().stream().limit(FINDINGS).toList(),
              unaudited.tensors(),
              unaudited.more());
    }

    /**
     * In a sentence without its full stop.
     *
     * @param quoted how names of files are shown
     */
    String inWords(int ofFiles, UnaryOperator<String> quoted) {
      String tensors =
          this.tensors == 0 && more
              ? "tensors that no index names"
              : Counted.of(this.tensors, "tensor") + (more ? " and those that no index names" : "");
      if (files == 0) {
        return "Not in these figures: " + tensors;
      }
      String rest = files > SHOWN ? " and " + Counted.of(files - SHOWN) + " more" : "";
      return "Not in these figures: "
          + tensors
          + " of "
          + Counted.of(files)
          + " of "
          + Counted.of(ofFiles, "file")
          + ", "
          + names.stream().limit(SHOWN).map(quoted).collect(Collectors.joining(", "))
          + rest;
    }
  }

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
   * @param unaudited what could not be read included
   * @param groups the layers of the checkpoint and its model
   * @param findings of the checkpoint, gravest first
   * @param checksums null if nobody asked for them
   */
  public static CheckpointSummary of(
      Checkpoint checkpoint,
      Unaudited unaudited,
      List<LayerSummary> groups,
      List<Finding> findings,
      ChecksumSummary checksums) {
    Map<Boolean, List<LayerSummary>> byKind =
        groups.stream().collect(Collectors.partitioningBy(LayerSummary::model));
    Map<String, Long> dtypes = dtypes(checkpoint);
    return new CheckpointSummary(
        checkpoint.uri(),
        checkpoint.revision(),
        checkpoint.declaredDtype(),
        checkpoint.shards().size(),
        Missing.of(unaudited),
        dtypes,
        byKind.get(true).stream().findFirst().orElse(null),
        LayerRanking.worst(byKind.get(false), dtypes, findings),
        severities(findings),
        findings.stream().limit(FINDINGS).map(FindingSummary::of).toList(),
        checksums);
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

  static Map<String, Long> severities(List<Finding> findings) {
    Map<String, Long> counts = new TreeMap<>();
    for (Severity severity : Severity.values()) {
      counts.put(
          severity.name(),
          findings.stream().filter(finding -> finding.severity() == severity).count());
    }
    return counts;
  }
}
