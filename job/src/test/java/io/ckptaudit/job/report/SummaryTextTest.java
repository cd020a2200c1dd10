package io.ckptaudit.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.testing.Audits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The summary of each sample, kept as golden text, and its figures against the Parquet. */
class SummaryTextTest {

  private static final Path SAMPLES = Path.of(System.getProperty("ckptaudit.root"), "sample-data");
  private static final Path GOLDENS =
      Path.of(System.getProperty("ckptaudit.root"), "job/src/test/resources/golden/summaries");

  @TempDir static Path report;

  private static RunVerdict run;

  @BeforeAll
  static void auditSamples() {
    run = Audits.audits().run(report, SAMPLES + "/[1-4]*");
  }

  private static CheckpointSummary summary(String sample) {
    return run.checkpoints().stream()
        .filter(checkpoint -> checkpoint.checkpoint().endsWith("/" + sample))
        .findFirst()
        .orElseThrow();
  }

  private static String text(String sample) {
    RunVerdict alone =
        new RunVerdict(
            run.contractVersion(),
            "golden",
            "golden",
            run.started(),
            run.finished(),
            run.verdict(),
            run.exitCode(),
            run.failOn(),
            run.bytesRead(),
            Map.of(),
            List.of(summary(sample)));
    return SummaryText.of(alone, "report");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1-original-bf16", "2-mirror-f16", "3-roundtrip-bf16", "4-faulty-bf16"})
  void theSummaryIsTheGoldenOne(String sample) throws IOException {
    Path golden = GOLDENS.resolve(sample + ".txt");
    String text = text(sample);
    if ("write".equals(System.getProperty("ckptaudit.goldens"))) {
      Files.createDirectories(GOLDENS);
      Files.writeString(golden, text);
    }
    assertThat(text).isEqualTo(Files.readString(golden, StandardCharsets.UTF_8));
    assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1-original-bf16", "2-mirror-f16", "3-roundtrip-bf16", "4-faulty-bf16"})
  void itsFiguresAreThoseOfTheParquet(String sample) {
    String text = text(sample);
    for (Row row : rows(Table.LAYER_CONVERSIONS, sample)) {
      if (row.getAs("layer").equals("(model)")) {
        assertThat(printed(text, row.getAs("target")))
            .as(sample + " " + row.getAs("target"))
            .startsWith(
                row.<Long>getAs("overflow"),
                row.<Long>getAs("underflow"),
                row.<Long>getAs("subnormal"),
                row.<Long>getAs("inexact"));
      }
    }
    Row model =
        rows(Table.LAYERS, sample).stream()
            .filter(row -> row.getAs("layer").equals("(model)"))
            .findFirst()
            .orElseThrow();
    assertThat(text)
        .contains(
            String.format(
                Locale.ROOT,
                "%,d tensors of %,d values",
                model.<Long>getAs("tensors"),
                model.<Long>getAs("elements")));
  }

  /** The numbers of the first line that begins with a word. */
  private static List<Long> printed(String text, String first) {
    String line = text.lines().filter(l -> l.startsWith(first + " ")).findFirst().orElseThrow();
    Matcher numbers = Pattern.compile("(?<= )[0-9,]+(?= |$)").matcher(line);
    return numbers
        .results()
        .map(match -> Long.parseLong(match.group().replace(",", "")))
        .collect(Collectors.toList());
  }

  private static List<Row> rows(Table table, String sample) {
    return Audits.rows(report, table).stream()
        .filter(row -> row.<String>getAs("checkpoint").endsWith("/" + sample))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1-original-bf16", "2-mirror-f16", "3-roundtrip-bf16", "4-faulty-bf16"})
  void theReadmeOfTheSamplesShowsIt(String sample) throws IOException {
    String golden = Files.readString(GOLDENS.resolve(sample + ".txt"));
    String shown = golden.substring(golden.lastIndexOf("=".repeat(80)) + 81, golden.length() - 81);
    assertThat(Files.readString(SAMPLES.resolve("README.md"))).contains(shown);
  }

  @Test
  void severitiesAreThoseOfTheFindings() {
    for (CheckpointSummary checkpoint : run.checkpoints()) {
      String sample = SummaryText.name(checkpoint);
      Map<String, Long> found =
          rows(Table.FINDINGS, sample).stream()
              .collect(Collectors.groupingBy(row -> row.getAs("severity"), Collectors.counting()));
      checkpoint
          .severities()
          .forEach(
              (severity, count) ->
                  assertThat(found.getOrDefault(severity, 0L)).as(sample).isEqualTo(count));
    }
  }

  @Test
  void hostileNamesStayOnTheirLine() {
    CheckpointSummary sane = summary("1-original-bf16");
    LayerSummary layer =
        new LayerSummary(
            "evil\u001b[31m\n\u202e" + "x".repeat(60_000),
            false,
            1,
            1,
            1,
            1,
            0L,
            1.0,
            sane.model().casts());
    CheckpointSummary hostile =
        new CheckpointSummary(
            "file:///a\nb\u0007",
            null,
            "float\u001b]0;16",
            1,
            null,
            sane.dtypes(),
            sane.model(),
            List.of(layer),
            sane.severities(),
            List.of());
    RunVerdict verdict =
        new RunVerdict(1, "r", "v", "", "", "clean", 0, "error", 0, Map.of(), List.of(hostile));
    String text = SummaryText.of(verdict, "re\u202eport");
    assertThat(text.codePoints().filter(c -> c != '\n').noneMatch(Character::isISOControl))
        .isTrue();
    assertThat(text).doesNotContain("\u202e").contains("evil\\u{1b}...xxx");
    assertThat(text.lines()).allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
  }
}
