package io.ckptaudit.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.CheckpointSummary.FindingSummary;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The summary for pull requests: a sample as golden text, and names that try to break out. */
class SummaryMarkdownTest {

  private static final Path ROOT = Path.of(System.getProperty("ckptaudit.root"));
  private static final Path GOLDEN =
      ROOT.resolve("job/src/test/resources/golden/summaries/4-faulty-bf16.md");

  @TempDir Path report;

  @Test
  void theSampleIsTheGoldenOneAndShowPrintsIt() throws IOException {
    RunVerdict run =
        Audits.audits().run(report, ROOT.resolve("sample-data/4-faulty-bf16").toString());
    String text = SummaryMarkdown.of(run);
    if ("write".equals(System.getProperty("ckptaudit.goldens"))) {
      Files.writeString(GOLDEN, text);
    }
    assertThat(text).isEqualTo(Files.readString(GOLDEN));
    ChildProcess.Ended shown = InProcess.run("show", report.toString(), "--format", "markdown");
    assertThat(shown.exitCode()).isZero();
    assertThat(shown.out()).isEqualTo(text);
  }

  static Stream<String> hostile() {
    return Stream.of(
        "a|b|c",
        "`code` ``more``",
        "<script>alert(1)</script><!--",
        "x\n\n# heading\r\n| row |",
        "\u001b[31mred\u0000\u0007",
        "\u202egnirts\u2066",
        "\u05d0\u05d1\u0627",
        "[link](http://example.org) ![i](x)",
        "@team #1 :boom: $x$",
        "\\`\\|",
        "\ud800 half",
        "",
        "n".repeat(60_000));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void namesStayInTheirCells(String name) {
    FindingSummary finding =
        new FindingSummary(
            "RULE", "ERROR", name, name, 8L, "Cannot " + name + "; do " + name, name);
    CheckpointSummary checkpoint =
        new CheckpointSummary(
            "file:///x/" + name.replace("/", ""),
            null,
            name,
            1,
            null,
            Map.of("BF16", 1L),
            null,
            List.of(),
            Map.of("ERROR", 1L),
            List.of(finding));
    String text = SummaryMarkdown.of(run(List.of(checkpoint)));
    List<String> lines = text.lines().toList();
    assertThat(lines).hasSize(13);
    assertThat(outsideOfCode(lines.get(12)).chars().filter(c -> c == '|').count()).isEqualTo(6);
    assertThat(lines.get(12).chars().filter(c -> c == '|').count()).isEqualTo(6);
    assertThat(lines.get(12).chars().filter(c -> c == '`').count()).isEven();
    assertThat(outsideOfCode(text)).doesNotContain("<", "[", "http", "@", "#1", "$", ":boom:");
    assertThat(text.codePoints().filter(c -> c != '\n'))
        .allMatch(c -> !Character.isISOControl(c) && Character.getType(c) != Character.FORMAT)
        .noneMatch(c -> Character.getDirectionality(c) == Character.DIRECTIONALITY_RIGHT_TO_LEFT);
    assertThat(text.length()).isLessThan(3_000);
  }

  private static String outsideOfCode(String text) {
    return text.replaceAll("`[^`\n]*`", "");
  }

  @Test
  void manyCheckpointsFitIntoAComment() {
    FindingSummary finding =
        new FindingSummary("RULE", "ERROR", "f", "t", 8L, "m".repeat(390), "do something");
    CheckpointSummary checkpoint =
        new CheckpointSummary(
            "file:///x",
            null,
            null,
            1,
            null,
            Map.of("BF16", 1L),
            null,
            List.of(),
            Map.of("ERROR", 30L),
            Collections.nCopies(20, finding));
    String text = SummaryMarkdown.of(run(Collections.nCopies(1000, checkpoint)));
    assertThat(text.length()).isLessThan(65_536);
    assertThat(text)
        .contains("... and 900 more checkpoints\n", "... and 10 more in the table findings\n")
        .endsWith(" more checkpoints with findings\n");
  }

  private static RunVerdict run(List<CheckpointSummary> checkpoints) {
    return new RunVerdict(1, "run", "v", "", "", "findings", 10, "error", 0, Map.of(), checkpoints);
  }
}
