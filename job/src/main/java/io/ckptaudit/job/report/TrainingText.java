package io.ckptaudit.job.report;

import io.ckptaudit.job.report.ScalesSummary.Line;
import io.ckptaudit.job.report.ScalesSummary.TargetLines;
import io.ckptaudit.job.report.UpdatesSummary.TargetUpdates;
import io.ckptaudit.udfs.state.UpdateFigures.Ratio;
import java.util.List;
import java.util.Locale;

/** Scales and updates at a glance. */
final class TrainingText {

  private static final String SCALE_LINE = "%-9s%-8s%6s%12s%12s%12s%12s%9s";
  private static final String UPDATE_LINE = "%-9s%15s%9s%18s%14s%15s";
  private static final String RATIO_LINE = "%-16s%16s%16s%9s%14s%9s";

  private final TextPage page;

  TrainingText(TextPage page) {
    this.page = page;
  }

  private void columns(String format, Object... cells) {
    page.line(String.format(Locale.ROOT, format, cells));
  }

  void print(ScalesSummary scales) {
    page.wrapped("CHECKPOINT " + Characters.visible(scales.checkpoint()), "      ");
    page.wrapped(
        Counted.of(scales.tensors(), "tensor")
            + " of "
            + Counted.of(scales.finite(), "finite value")
            + (scales.absMax() == null
                ? ""
                : ", the largest magnitude " + Counted.real(scales.absMax())),
        "");
    page.line("");
    if (!scales.targets().isEmpty()) {
      columns(
          SCALE_LINE,
          "target",
          "scale",
          "",
          "overflow",
          "vanished",
          "subnormal",
          "inexact",
          "headroom");
      scales.targets().forEach(this::target);
      page.line("");
    }
    scales.findings().forEach(finding -> ComparisonText.finding(page, finding));
    page.rule('-');
  }

  private void target(TargetLines lines) {
    line(lines.target(), "as is", lines.unscaled());
    line("", "best", lines.best());
    if (lines.largest() != null) {
      line("", "largest", lines.largest());
    }
  }

  private void line(String target, String what, Line line) {
    columns(
        SCALE_LINE,
        target,
        what,
        "2^" + line.exponent(),
        Counted.of(line.overflow()),
        Counted.of(line.vanished()),
        Counted.of(line.subnormal()),
        Counted.of(line.inexact()),
        headroom(line.headroom()));
  }

  /** How many times larger the largest value may become. */
  static String headroom(Double headroom) {
    return headroom == null ? "" : String.format(Locale.ROOT, "%.3g", headroom);
  }

  void print(UpdatesSummary updates) {
    page.wrapped("BEFORE " + Characters.visible(updates.before()), "       ");
    page.wrapped("AFTER  " + Characters.visible(updates.after()), "       ");
    page.wrapped(
        Counted.of(updates.tensors(), "tensor")
            + " of "
            + Counted.of(updates.elements(), "value")
            + ", "
            + Counted.of(updates.nonzero())
            + " of them updated",
        "");
    page.line("");
    if (updates.nonzero() > 0) {
      columns(
          UPDATE_LINE,
          "copy in",
          "updates lost",
          "",
          "below 1/2 spacing",
          "of sum |u|",
          "overflow");
      updates.targets().forEach(target -> target(target, updates.nonzero()));
      page.line("");
      ratios(updates);
      page.line("");
    }
    updates.findings().forEach(finding -> ComparisonText.finding(page, finding));
    page.rule('-');
  }

  private void target(TargetUpdates target, long nonzero) {
    columns(
        UPDATE_LINE,
        target.target(),
        Counted.of(target.lost()),
        Counted.percent(target.lost(), nonzero),
        Counted.of(target.belowHalfSpacing()),
        share(target.lostShare()),
        Counted.of(target.copyOverflow()));
  }

  static String share(Double share) {
    return share == null ? "" : String.format(Locale.ROOT, "%.2f%%", 100 * share);
  }

  private void ratios(UpdatesSummary updates) {
    columns(RATIO_LINE, "|before| / |u|", "updates", "lost in F16", "", "lost in BF16", "");
    List<Ratio> ratios = updates.ratios();
    for (int i = 0; i < ratios.size(); i++) {
      Ratio ratio = ratios.get(i);
      String line = UpdateReport.line(ratio.bin());
      if (line != null && i > 0) {
        page.line("- from here on " + line + " may lose an update of its weight -");
      }
      columns(
          RATIO_LINE,
          ratio.bin() == null ? "0" : "2^" + ratio.bin(),
          Counted.of(ratio.count()),
          Counted.of(ratio.lostInF16()),
          Counted.percent(ratio.lostInF16(), ratio.count()),
          Counted.of(ratio.lostInBf16()),
          Counted.percent(ratio.lostInBf16(), ratio.count()));
    }
  }
}
