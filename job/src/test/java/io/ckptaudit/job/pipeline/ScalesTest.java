package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.ScalesSummary;
import io.ckptaudit.job.report.SummaryMarkdown;
import io.ckptaudit.job.report.SummaryText;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.Goldens;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.job.testing.Values;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scales of gradients of F32 from one read, and of stored runs. */
class ScalesTest {

  private static final EnumSet<Target> TARGETS =
      EnumSet.of(Target.F16, Target.BF16, Target.F8_E4M3, Target.F8_E5M2);

  @TempDir static Path report;

  private static RunVerdict gradients;

  @BeforeAll
  static void scale() throws IOException {
    gradients = read("gradients", "gradients", PlanSettings.DEFAULT_SPLIT);
    RunMetricsTest.assertThatAllWasRead();
  }

  private static ScalesRequest request(String uri, String runId, long splitBytes) {
    return new ScalesRequest(
        uri,
        report.toString(),
        runId,
        TARGETS,
        Verdict.FailOn.ERROR,
        splitBytes,
        ReadChoice.AUTO,
        new KernelConversions(),
        Map.of());
  }

  private static RunVerdict read(String fixture, String runId, long splitBytes) throws IOException {
    return readUri(Fixtures.path(fixture).toString(), runId, splitBytes);
  }

  private static RunVerdict readUri(String uri, String runId, long splitBytes) throws IOException {
    Storages storages = Storages.local();
    Checkpoint opened = Checkpoints.open(List.of(uri), storages).get(0);
    return ScalesJob.run(
        LocalSpark.session(), storages, request(uri, runId, splitBytes), opened, ReadProgress.NONE);
  }

  private static RunVerdict stored(String name, String runId) throws IOException {
    if (!Files.exists(report.resolve("_runs/run/manifest.json"))) {
      Audits.audits()
          .run(report, Fixtures.path("llama-hf-bf16") + "", Fixtures.path("gradients") + "");
    }
    String uri = report + "@run/" + name;
    return ScalesJob.run(
        LocalSpark.session(),
        Storages.local(),
        request(uri, runId, PlanSettings.DEFAULT_SPLIT),
        StoredRunName.of(uri, Storages.local()).orElseThrow());
  }

  private static Map<String, Row> rows(String run) {
    Map<String, Row> rows = new HashMap<>();
    for (Row row :
        LocalSpark.session()
            .read()
            .parquet(report + "/" + Table.SCALES.folder() + "/run_id=" + run)
            .collectAsList()) {
      rows.put(
          String.join(
              " ",
              row.getAs("scope"),
              row.getAs("name"),
              row.getAs("target"),
              row.getAs("kind"),
              "" + row.<Integer>getAs("exponent")),
          row);
    }
    return rows;
  }

  private static Map<String, String> digests(String run) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    StoredRuns.manifest(report.toString(), run, Storages.local())
        .tables()
        .forEach((table, entry) -> digests.put(table, "" + entry.digest()));
    return digests;
  }

  /** Overflow, vanished, subnormal, inexact by exponent, by casting every product. */
  private static long[][] brute(float[] values, Target target) {
    long[][] counts = new long[49][4];
    for (int k = -24; k <= 24; k++) {
      long[] of = counts[k + 24];
      for (float value : values) {
        double product = Math.scalb((double) value, k);
        double result = target.format().decode(target.cast(product));
        boolean overflow = !Double.isFinite(result);
        of[0] += overflow ? 1 : 0;
        of[1] += result == 0 && product != 0 ? 1 : 0;
        of[2] += result != 0 && Math.abs(result) < target.format().smallestNormal() ? 1 : 0;
        of[3] += result == product ? 0 : 1;
      }
    }
    return counts;
  }

  @Test
  void everyScaleOfTheGradientsIsThatOfCastingEveryProduct() {
    Map<String, Row> rows = rows("gradients");
    Map<String, float[]> tensors =
        Values.of(Fixtures.path("gradients").resolve("model.safetensors"));
    assertThat(tensors).hasSize(3);
    for (Target target : TARGETS) {
      long[][] model = new long[49][4];
      for (Map.Entry<String, float[]> tensor : tensors.entrySet()) {
        long[][] expected = brute(tensor.getValue(), target);
        String layer = tensor.getKey().replaceFirst("\\.mlp.*", "");
        check(rows, "tensor " + tensor.getKey() + " " + target, expected);
        check(rows, "layer " + layer + " " + target, expected);
        for (int i = 0; i < model.length; i++) {
          for (int j = 0; j < 4; j++) {
            model[i][j] += expected[i][j];
          }
        }
      }
      check(rows, "model (model) " + target, model);
    }
  }

  private static void check(Map<String, Row> rows, String key, long[][] expected) {
    int best = 0;
    int largest = -1;
    for (int i = 0; i < expected.length; i++) {
      Row row = rows.get(key + " power_of_two " + (i - 24));
      long[] found = {
        row.getAs("overflow"), row.getAs("vanished"), row.getAs("subnormal"), row.getAs("inexact")
      };
      assertThat(found).as(key + " times 2^" + (i - 24)).isEqualTo(expected[i]);
      best = isBetter(expected, i, best) ? i : best;
      largest = expected[i][0] == 0 ? i : largest;
    }
    for (int i = 0; i < expected.length; i++) {
      Row row = rows.get(key + " power_of_two " + (i - 24));
      assertThat(row.<Boolean>getAs("best")).as(key).isEqualTo(i == best);
      assertThat(row.<Boolean>getAs("largest")).as(key).isEqualTo(i == largest);
    }
  }

  private static boolean isBetter(long[][] counts, int candidate, int best) {
    for (int j : new int[] {0, 1, 3}) {
      if (counts[candidate][j] != counts[best][j]) {
        return counts[candidate][j] < counts[best][j];
      }
    }
    return Math.abs(candidate - 24) < Math.abs(best - 24);
  }

  @Tag("full")
  @Test
  void neitherCutsNorTheWayToTheCountsMakeADifference() throws IOException {
    read("gradients", "cut", 5_000);
    assertThat(digests("cut")).isEqualTo(digests("gradients")).hasSize(3);
    RunVerdict direct = read("llama-hf-bf16", "direct", PlanSettings.DEFAULT_SPLIT);
    RunVerdict stored = stored("llama-hf-bf16", "stored");
    assertThat(digests("stored").get("scales")).isEqualTo(digests("direct").get("scales"));
    assertThat(stored.scales().targets()).isEqualTo(direct.scales().targets());
    assertThat(stored.bytesRead()).isZero();
    assertThat(direct.bytesRead()).isPositive();
    Row amax = rows("stored").get("tensor lm_head.weight F8_E4M3 amax null");
    assertThat(amax.<Long>getAs("overflow")).isZero();
    assertThat(amax.<Long>getAs("vanished")).isNotNull();
  }

  @Tag("full")
  @Test
  void whatAStoredRunDoesNotHoldIsSaid() throws IOException {
    RunVerdict run = stored("gradients", "undecided");
    assertThat(run.exitCode()).isEqualTo(12);
    assertThat(run.scales().findings().get(0).message())
        .isEqualTo(
            "3 tensors of 32 or 64 bits, or never read, of which the stored run holds too little to"
                + " tell their scales: 'model.layers.0.mlp.up_proj.weight.grad',"
                + " 'model.layers.1.mlp.up_proj.weight.grad',"
                + " 'model.layers.2.mlp.up_proj.weight.grad'; give the checkpoint itself in place"
                + " of the stored run");
  }

  @Test
  void aScaleIsRecommendedInEightyColumns() {
    assertThat(gradients.exitCode()).isZero();
    String text = SummaryText.of(gradients, "report");
    assertThat(text.lines()).allMatch(line -> line.length() <= 80);
    assertThat(text).contains("F16", "as is", "2^0", "best", "largest", "note SCALE_HELPS");
    assertThat(SummaryText.line(gradients)).startsWith("gradients: clean (");
    assertThat(SummaryMarkdown.of(gradients)).contains("| `F16` | best 2^", "SCALE_HELPS");
    ChildProcess.Ended shown = InProcess.run("show", report + "", "--run", "gradients");
    assertThat(shown.out()).isEqualTo(SummaryText.of(gradients, report.toString()));
    assertThat(InProcess.run("gate", report + "", "--run", "gradients").exitCode()).isZero();
  }

  @Tag("full")
  @Test
  void nothingToScaleAndNonFiniteValuesAreFindings() throws IOException {
    Path folder = Files.createDirectories(report.resolve("none"));
    SafetensorsBytes.file()
        .tensor("ids", "I64", new long[] {1}, new byte[8])
        .write(folder.resolve("model.safetensors"));
    RunVerdict none = readUri(folder.toString(), "none", PlanSettings.DEFAULT_SPLIT);
    assertThat(none.exitCode()).isEqualTo(10);
    assertThat(none.scales().findings().get(0).rule()).isEqualTo("NOTHING_TO_SCALE");
    Path infinite = Files.createDirectories(report.resolve("infinite"));
    SafetensorsBytes.file()
        .tensor("grad", "F16", (short) 0x7C00, (short) 0x3C00)
        .write(infinite.resolve("model.safetensors"));
    RunVerdict warned = readUri(infinite.toString(), "infinite", PlanSettings.DEFAULT_SPLIT);
    assertThat(warned.scales().findings().get(0).message())
        .startsWith("0 values are NaN and 1 infinite, and are in no other figure; look for");
    assertThat(warned.scales().nonFinite()).isEqualTo(1);
  }

  @Test
  void badInputEndsWithItsExitCode() {
    String[] common = {"--report", report.toString()};
    assertThat(run(common, "scales", report + "/nowhere").exitCode()).isEqualTo(2);
    ChildProcess.Ended missing = run(common, "scales", report + "@missing");
    assertThat(missing.exitCode()).isEqualTo(2);
    assertThat(missing.err()).contains("No run 'missing' in ");
    ChildProcess.Ended wide =
        run(common, "scales", Fixtures.path("gradients") + "", "--targets", "F32");
    assertThat(wide.exitCode()).isEqualTo(2);
    assertThat(wide.err()).contains("Cannot scale for target F32: it has more than 16 bits;");
    assertThatThrownBy(
            () ->
                StoredRuns.published(
                    request("another", "gradients", PlanSettings.DEFAULT_SPLIT), Storages.local()))
        .hasMessageContaining("Run 'gradients' exists and is of other scales:");
  }

  private static ChildProcess.Ended run(String[] common, String... arguments) {
    String[] all = Arrays.copyOf(arguments, arguments.length + common.length);
    System.arraycopy(common, 0, all, arguments.length, common.length);
    return InProcess.run(all);
  }

  /** Also what docs/scales.md shows. */
  @Test
  void theSummaryIsTheGoldenOne() {
    ScalesSummary of = gradients.scales();
    ScalesSummary named =
        new ScalesSummary(
            "gradients",
            of.tensors(),
            of.finite(),
            of.nonFinite(),
            of.absMax(),
            of.targets(),
            of.severities(),
            of.findings());
    Goldens.verify(
        "summaries/scales-gradients.txt", SummaryText.of(gradients.with(named), "report"));
    Goldens.verifyPage("scales.md", "scales-gradients.txt");
  }

  @Test
  void tablesOfAnotherVersionAreRefused() throws IOException {
    Path run = Files.createDirectories(report.resolve("_runs/other-version"));
    Files.writeString(
        run.resolve("manifest.json"),
        "{\"contract_version\": 2, \"run_id\": \"other-version\", \"version\": \"9\", \"tables\": {}}");
    Files.copy(report.resolve("_runs/gradients/verdict.json"), run.resolve("verdict.json"));
    String uri = report + "@other-version";
    StoredRunName name = StoredRunName.of(uri, Storages.local()).orElseThrow();
    ScalesRequest request = request(uri, "of-other-version", PlanSettings.DEFAULT_SPLIT);
    assertThatThrownBy(() -> ScalesJob.run(LocalSpark.session(), Storages.local(), request, name))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tables are of version 2, and this program reads version 1;");
  }
}
