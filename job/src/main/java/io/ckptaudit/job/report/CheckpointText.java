package io.ckptaudit.job.report;

import io.ckptaudit.job.report.CheckpointSummary.FindingSummary;
import io.ckptaudit.job.report.LayerSummary.CastSummary;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** One checkpoint of a run at a glance: what it is, what is wrong, what casts would do. */
final class CheckpointText {

  private static final int FINDINGS = 6;
  private static final int NOTES = 4;
  private static final int LONGEST_FILE = 60;

  private final TextPage page;
  private final CheckpointSummary checkpoint;
  private final LayerSummary model;

  CheckpointText(TextPage page, CheckpointSummary checkpoint) {
    this.page = page;
    this.checkpoint = checkpoint;
    this.model = checkpoint.model();
  }

  void print() {
    page.ends(SummaryText.name(checkpoint), grade());
    inventory();
    if (checkpoint.missing() != null) {
      page.wrapped(
          checkpoint.missing().inWords(checkpoint.files(), CheckpointText::fileName), "  ");
    }
    if (checkpoint.checksums() != null) {
      page.wrapped(checkpoint.checksums().inWords(), "  ");
    }
    findings();
    if (model != null && !model.casts().isEmpty()) {
      casts();
      layers();
    }
    page.rule('-');
  }

  private String grade() {
    if (checkpoint.severities().getOrDefault("ERROR", 0L) > 0) {
      return "ERROR";
    }
    return checkpoint.severities().getOrDefault("WARNING", 0L) > 0 ? "WARNING" : "CLEAN";
  }

  private void inventory() {
    if (model != null) {
      String notFinite =
          model.nonFinite() == null || model.nonFinite() == 0
              ? ""
              : ", " + Counted.of(model.nonFinite()) + " not finite";
      page.line(
          Counted.of(model.tensors(), "tensor")
              + " of "
              + Counted.of(model.elements())
              + " values, "
              + Counted.bytes(model.bytes())
              + " in "
              + Counted.of(checkpoint.files(), "file")
              + notFinite);
    }
    String dtypes =
        checkpoint.dtypes().entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(" "));
    String declared =
        checkpoint.declared() == null
            ? "nothing is declared"
            : "config.json declares " + Characters.visible(checkpoint.declared());
    page.wrapped("stored as " + dtypes + "; " + declared, "  ");
  }

  private static String fileName(String name) {
    return Characters.visible(Characters.shortened(name, LONGEST_FILE));
  }

  private void findings() {
    List<FindingSummary> grave = ofSeverity(false);
    grave.stream().limit(FINDINGS).forEach(this::finding);
    long all =
        checkpoint.severities().getOrDefault("ERROR", 0L)
            + checkpoint.severities().getOrDefault("WARNING", 0L);
    more(all - Math.min(FINDINGS, grave.size()));
    List<FindingSummary> notes = ofSeverity(true);
    notes.stream()
        .limit(NOTES)
        .forEach(note -> page.wrapped("note " + note.rule() + ": " + fact(note), "  "));
    if (all == 0 || notes.size() > NOTES) {
      more(checkpoint.severities().getOrDefault("INFO", 0L) - Math.min(NOTES, notes.size()));
    }
  }

  private List<FindingSummary> ofSeverity(boolean info) {
    return checkpoint.findings().stream()
        .filter(finding -> finding.severity().equals("INFO") == info)
        .toList();
  }

  private void more(long count) {
    if (count > 0) {
      page.line("  ... and " + Counted.of(count) + " more in the table findings");
    }
  }

  private void finding(FindingSummary finding) {
    page.wrapped(finding.severity() + " " + finding.rule() + ": " + fact(finding), "  ");
    page.wrapped("-> " + Characters.visible(finding.action()), "   ");
  }

  /** The sentence less what to do. */
  private static String fact(FindingSummary finding) {
    String message = finding.message();
    String action = "; " + finding.action();
    return Characters.visible(
        message.endsWith(action)
            ? message.substring(0, message.length() - action.length())
            : message);
  }

  private void casts() {
    page.line("");
    page.line(row("cast to", "overflow", "underflow", "subnormal", "inexact", "", "SQNR dB"));
    boolean overflows = false;
    for (CastSummary cast : model.casts()) {
      overflows |= cast.sqnrDb() != null && cast.overflow() > 0;
      page.line(
          row(
              cast.target(),
              Counted.of(cast.overflow()),
              Counted.of(cast.underflow()),
              Counted.of(cast.subnormal()),
              Counted.of(cast.inexact()),
              Counted.percent(cast.inexact(), cast.inexact() + cast.exact()),
              sqnr(cast)));
    }
    if (overflows) {
      page.line("  * of the values that do not overflow; inexact counts those that do");
    }
  }

  private static String sqnr(CastSummary cast) {
    if (cast.inexact() == 0) {
      return "exact";
    }
    return cast.sqnrDb() == null
        ? "-"
        : String.format(Locale.ROOT, "%.2f%s", cast.sqnrDb(), cast.overflow() > 0 ? "*" : "");
  }

  private static String row(
      String name, String a, String b, String c, String d, String share, String last) {
    return String.format(Locale.ROOT, "%-12s%13s%12s%12s%14s%8s%9s", name, a, b, c, d, share, last);
  }

  private void layers() {
    Optional<CastSummary> whatIf = CheckpointSummary.whatIf(model, checkpoint.dtypes());
    if (whatIf.isEmpty()) {
      return;
    }
    String target = whatIf.get().target();
    page.line("");
    long floating = checkpoint.floatingElements();
    page.wrapped(
        model.counted() == floating
            ? sentence(whatIf.get())
            : "Only "
                + Counted.of(model.counted())
                + " of "
                + Counted.of(floating)
                + " floating values were counted: the figures are of those.",
        "  ");
    if (!checkpoint.layers().isEmpty()) {
      page.line(
          layerRow(
              "layers, worst first", "not finite", "overflow", "underflow", "inexact", "max |x|"));
      checkpoint.layers().forEach(layer -> layer(layer, target));
    }
  }

  private static String sentence(CastSummary cast) {
    long rounded = cast.inexact() - cast.overflow() - cast.underflow();
    return cast.inexact() == 0
        ? "As " + cast.target() + " no value would change."
        : "As "
            + cast.target()
            + ": "
            + Counted.of(rounded, "value")
            + " rounded, "
            + Counted.of(cast.underflow())
            + " become zero, "
            + Counted.of(cast.overflow())
            + " overflow.";
  }

  private void layer(LayerSummary layer, String target) {
    String name = Characters.shortened(Characters.visible(layer.layer()), 24);
    layer.casts().stream()
        .filter(cast -> cast.target().equals(target))
        .forEach(
            cast ->
                page.line(
                    layerRow(
                        name,
                        Counted.of(layer.nonFinite()),
                        Counted.of(cast.overflow()),
                        Counted.of(cast.underflow()),
                        Counted.of(cast.inexact()),
                        layer.absMax() == null ? "-" : Counted.real(layer.absMax()))));
  }

  private static String layerRow(String name, String a, String b, String c, String d, String last) {
    return String.format(Locale.ROOT, "%-24s%11s%11s%11s%12s%11s", name, a, b, c, d, last);
  }
}
