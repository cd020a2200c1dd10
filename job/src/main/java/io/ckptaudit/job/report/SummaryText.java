package io.ckptaudit.job.report;

import io.ckptaudit.job.report.CheckpointSummary.FindingSummary;
import io.ckptaudit.job.report.LayerSummary.CastSummary;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A run at a glance, in {@value #WIDTH} columns. */
public final class SummaryText {

  static final int WIDTH = 80;

  private static final int FINDINGS = 8;
  private static final String RULE = "-".repeat(WIDTH);

  private final StringBuilder text = new StringBuilder();

  private SummaryText() {}

  /**
   * @param report where the run is, as the user named it
   */
  public static String of(RunVerdict run, String report) {
    SummaryText summary = new SummaryText();
    run.checkpoints().forEach(summary::checkpoint);
    summary.line(RULE);
    summary.outcome(run, report);
    return summary.text.toString();
  }

  private void checkpoint(CheckpointSummary checkpoint) {
    line(RULE);
    line(title(checkpoint));
    inventory(checkpoint);
    if (checkpoint.model() != null && !checkpoint.model().casts().isEmpty()) {
      casts(checkpoint.model());
      layers(checkpoint.layers());
    }
    findings(checkpoint);
  }

  private static String title(CheckpointSummary checkpoint) {
    String grade = grade(checkpoint.severities());
    String name = lastPart(checkpoint.checkpoint());
    int room = WIDTH - grade.length() - 1;
    return pad(Characters.shortened(name, room), room) + " " + grade;
  }

  private static String grade(Map<String, Long> severities) {
    if (severities.getOrDefault("ERROR", 0L) > 0) {
      return "ERROR";
    }
    return severities.getOrDefault("WARNING", 0L) > 0 ? "WARNING" : "CLEAN";
  }

  private static String lastPart(String uri) {
    return Characters.visible(uri.substring(uri.lastIndexOf('/') + 1));
  }

  private void inventory(CheckpointSummary checkpoint) {
    LayerSummary model = checkpoint.model();
    String dtypes =
        checkpoint.dtypes().entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(" "));
    line(
        String.format(
            Locale.ROOT,
            "%s of %s values, %s in %s",
            Counted.of(model == null ? 0 : model.tensors(), "tensor"),
            Counted.of(model == null ? 0 : model.elements()),
            Counted.bytes(model == null ? 0 : model.bytes()),
            Counted.of(checkpoint.files(), "file")));
    String declared = checkpoint.declared() == null ? "nothing" : checkpoint.declared();
    wrapped("stored as " + dtypes + "; config.json declares " + Characters.visible(declared), "");
  }

  private void casts(LayerSummary model) {
    line("");
    line(row("cast to", "overflow", "underflow", "subnormal", "inexact", "SQNR dB"));
    for (CastSummary cast : model.casts()) {
      line(
          row(
              cast.target(),
              Counted.of(cast.overflow()),
              Counted.of(cast.underflow()),
              Counted.of(cast.subnormal()),
              Counted.of(cast.inexact()),
              sqnr(cast)));
    }
  }

  private static String sqnr(CastSummary cast) {
    if (cast.inexact() == 0) {
      return "exact";
    }
    return cast.sqnrDb() == null ? "-" : String.format(Locale.ROOT, "%.2f", cast.sqnrDb());
  }

  private void layers(List<LayerSummary> layers) {
    if (layers.isEmpty() || layers.get(0).casts().isEmpty()) {
      return;
    }
    line("");
    String target = layers.get(0).casts().get(0).target();
    line(row("worst in " + target, "overflow", "underflow", "subnormal", "inexact", "max |x|"));
    for (LayerSummary layer : layers) {
      if (!layer.casts().isEmpty()) {
        CastSummary cast = layer.casts().get(0);
        line(
            row(
                Characters.shortened(Characters.visible(layer.layer()), 22),
                Counted.of(cast.overflow()),
                Counted.of(cast.underflow()),
                Counted.of(cast.subnormal()),
                Counted.of(cast.inexact()),
                layer.absMax() == null ? "-" : Counted.real(layer.absMax())));
      }
    }
  }

  private static String row(String name, String a, String b, String c, String d, String e) {
    return String.format(Locale.ROOT, "%-22s%11s%12s%12s%12s%11s", name, a, b, c, d, e);
  }

  private void findings(CheckpointSummary checkpoint) {
    line("");
    Map<String, Long> counts = checkpoint.severities();
    line(
        Counted.of(counts.getOrDefault("ERROR", 0L), "error")
            + ", "
            + Counted.of(counts.getOrDefault("WARNING", 0L), "warning")
            + ", "
            + Counted.of(counts.getOrDefault("INFO", 0L), "note"));
    List<FindingSummary> shown =
        checkpoint.findings().stream()
            .filter(finding -> !finding.severity().equals("INFO"))
            .limit(FINDINGS)
            .toList();
    for (FindingSummary finding : shown) {
      wrapped(
          finding.severity() + " " + finding.rule() + ": " + Characters.visible(finding.message()),
          "  ");
    }
    long more =
        counts.getOrDefault("ERROR", 0L) + counts.getOrDefault("WARNING", 0L) - shown.size();
    if (more > 0) {
      line("  ... and " + Counted.of(more) + " more in the table findings");
    }
  }

  private void outcome(RunVerdict run, String report) {
    line(
        "verdict: "
            + run.verdict()
            + " (exit code "
            + run.exitCode()
            + ", fail on "
            + run.failOn()
            + ")");
    wrapped("run " + run.runId() + " in " + Characters.visible(report), "  ");
  }

  private void line(String line) {
    text.append(line.stripTrailing()).append('\n');
  }

  private void wrapped(String sentence, String indent) {
    Characters.wrap(sentence, WIDTH, indent).forEach(this::line);
  }

  private static String pad(String name, int width) {
    return name + " ".repeat(Math.max(0, width - name.length()));
  }
}
