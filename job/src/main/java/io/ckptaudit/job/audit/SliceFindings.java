package io.ckptaudit.job.audit;

import io.ckptaudit.udfs.state.SliceMagnitudes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What is wrong with single rows of an embedding, and with single experts of a fused tensor. */
public final class SliceFindings {

  private final TensorSubject subject;
  private final Slices slices;
  private final Thresholds thresholds;
  private final double median;
  private final List<Finding> findings = new ArrayList<>();

  private SliceFindings(TensorSubject subject, Slices slices, Thresholds thresholds) {
    this.subject = subject;
    this.slices = slices;
    this.thresholds = thresholds;
    this.median = slices.median();
  }

  /** Findings about a tensor of which {@link Slices#lengthIn} says that its slices matter. */
  public static List<Finding> of(
      TensorSubject subject, SliceMagnitudes magnitudes, AuditCriteria criteria) {
    SliceFindings rules =
        new SliceFindings(subject, new Slices(subject, magnitudes), criteria.policy().thresholds());
    if (rules.median == 0) {
      return List.of();
    }
    if (Slices.isRows(subject)) {
      rules.emptyRows();
      rules.farRows();
    } else {
      rules.deadExperts();
    }
    return rules.findings;
  }

  private void emptyRows() {
    double limit = thresholds.emptyRowRatio() * median;
    int[] rows = slices.where(magnitude -> magnitude == 0 || magnitude < limit);
    if (rows.length > 0) {
      int zero = slices.where(magnitude -> magnitude == 0).length;
      findings.add(
          Rule.EMBEDDING_ROWS_EMPTY.ofElement(
              subject,
              slices.firstElement(rows[0]),
              String.format(
                  Locale.ROOT,
                  "%,d of %,d rows are zero and %,d more next to zero, where the median row has"
                      + " values up to %s, the first row %d",
                  zero,
                  slices.count(),
                  rows.length - zero,
                  median,
                  rows[0]),
              Rule.evidence(
                  "zero_rows",
                  zero,
                  "tiny_rows",
                  rows.length - zero,
                  "rows",
                  slices.count(),
                  "median",
                  median,
                  "offsets",
                  slices.offsets(rows))));
    }
  }

  private void farRows() {
    double limit = thresholds.farRowRatio() * median;
    int[] rows = slices.where(magnitude -> magnitude > limit);
    if (rows.length > 0) {
      double largest = Arrays.stream(rows).mapToDouble(slices::magnitude).max().orElseThrow();
      findings.add(
          Rule.EMBEDDING_ROWS_FAR.ofElement(
              subject,
              slices.firstElement(rows[0]),
              String.format(
                  Locale.ROOT,
                  "%,d of %,d rows have values up to %s, where the median row has up to %s, the"
                      + " first row %d",
                  rows.length,
                  slices.count(),
                  largest,
                  median,
                  rows[0]),
              Rule.evidence(
                  "far_rows",
                  rows.length,
                  "rows",
                  slices.count(),
                  "largest",
                  largest,
                  "median",
                  median,
                  "offsets",
                  slices.offsets(rows))));
    }
  }

  private void deadExperts() {
    double limit = thresholds.deadExpertRatio() * median;
    for (int expert : slices.where(magnitude -> magnitude < limit)) {
      findings.add(
          Rule.DEAD_EXPERT.ofElement(
              subject,
              slices.firstElement(expert),
              "The largest magnitude in expert "
                  + expert
                  + " is "
                  + slices.magnitude(expert)
                  + ", and the median of its "
                  + slices.count()
                  + " siblings' is "
                  + median,
              Rule.evidence(
                  "expert",
                  expert,
                  "abs_max",
                  slices.magnitude(expert),
                  "siblings_median",
                  median,
                  "siblings",
                  slices.count())));
    }
  }
}
