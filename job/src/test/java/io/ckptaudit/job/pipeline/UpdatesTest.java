package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.report.CheckpointSummary.FindingSummary;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.SummaryMarkdown;
import io.ckptaudit.job.report.SummaryText;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.report.UpdatesSummary;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.Goldens;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.job.testing.Values;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two steps of one training run. */
class UpdatesTest {

  @TempDir static Path report;

  private static RunVerdict steps;

  @BeforeAll
  static void compareTheSteps() throws IOException {
    steps =
        run(
            Fixtures.path("training/step-1000"),
            Fixtures.path("training/step-1001"),
            "steps",
            PlanSettings.DEFAULT_SPLIT,
            ReadChoice.AUTO);
    RunMetricsTest.assertThatAllWasRead();
  }

  private static RunVerdict run(
      Path before, Path after, String runId, long splitBytes, ReadChoice read) throws IOException {
    Storages storages = Storages.local();
    Checkpoint opened = Checkpoints.open(List.of(before.toString()), storages).get(0);
    Checkpoint next = Checkpoints.open(List.of(after.toString()), storages).get(0);
    UpdatesRequest request =
        new UpdatesRequest(
            before.toString(),
            after.toString(),
            report.toString(),
            runId,
            Verdict.FailOn.ERROR,
            splitBytes,
            read,
            Map.of());
    return UpdatesJob.run(LocalSpark.session(), storages, request, opened, next, ReadProgress.NONE);
  }

  private static List<Row> rows(Table table, String run) {
    return LocalSpark.session()
        .read()
        .parquet(report + "/" + table.folder() + "/run_id=" + run)
        .collectAsList();
  }

  private static Map<String, String> digests(String run) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    StoredRuns.manifest(report.toString(), run, Storages.local())
        .tables()
        .forEach((table, entry) -> digests.put(table, "" + entry.digest()));
    return digests;
  }

  @Test
  void theFiguresAreThoseOfTorch() throws IOException {
    JsonNode expected =
        new ObjectMapper().readTree(Fixtures.path("training/expected-updates.json").toFile());
    int compared = 0;
    for (Row row : rows(Table.UPDATES, "steps")) {
      if (row.getAs("scope").equals("tensor")) {
        JsonNode of = expected.get(row.<String>getAs("name"));
        JsonNode target = of.get(row.<String>getAs("target"));
        long[] found = {
          row.getAs("elements"),
          row.getAs("nonzero"),
          row.getAs("lost"),
          row.getAs("below_half_spacing"),
          row.getAs("ratio_above_2048"),
          row.getAs("update_below_2_24")
        };
        assertThat(found)
            .as(row.<String>getAs("name"))
            .containsExactly(
                of.get("count").asLong(),
                of.get("nonzero").asLong(),
                target.get("lost").asLong(),
                target.get("below_half_spacing").asLong(),
                of.get("ratio_gt_2048").asLong(),
                of.get("update_below_2p_24").asLong());
        compared++;
      }
    }
    assertThat(compared).isEqualTo(2 * expected.size());
  }

  @Test
  void sumsAreExactAndGroupsAreSumsOfTensors() {
    Map<String, float[]> before = Values.of(Fixtures.path("training/step-1000/model.safetensors"));
    Map<String, float[]> after = Values.of(Fixtures.path("training/step-1001/model.safetensors"));
    BigDecimal sum = BigDecimal.ZERO;
    for (Map.Entry<String, float[]> tensor : before.entrySet()) {
      float[] next = after.get(tensor.getKey());
      for (int i = 0; i < next.length; i++) {
        sum = sum.add(new BigDecimal(Math.abs((double) (next[i] - tensor.getValue()[i]))));
      }
    }
    Map<String, Long> lost = new HashMap<>();
    for (Row row : rows(Table.UPDATES, "steps")) {
      lost.merge(row.getAs("scope") + " " + row.getAs("target"), row.getAs("lost"), Long::sum);
      if (row.getAs("scope").equals("model")) {
        assertThat(row.<Double>getAs("sum_abs_update")).isEqualTo(sum.doubleValue());
        double share = row.<Double>getAs("sum_abs_lost") / row.<Double>getAs("sum_abs_update");
        assertThat(row.<Double>getAs("lost_share")).isCloseTo(share, offset());
      }
    }
    assertThat(lost.get("tensor F16")).isEqualTo(lost.get("layer F16"));
    assertThat(lost.get("tensor BF16")).isEqualTo(lost.get("model BF16")).isPositive();
    long counted = 0;
    long lostInF16 = 0;
    for (Row row : rows(Table.UPDATE_HISTOGRAMS, "steps")) {
      if (row.getAs("scope").equals("model")) {
        counted += row.<Long>getAs("count");
        lostInF16 += row.<Long>getAs("lost_f16");
        Integer bin = row.getAs("bin");
        String line = bin == null ? null : bin == 11 ? "F16" : bin == 8 ? "BF16" : null;
        assertThat(row.<String>getAs("line")).isEqualTo(line);
      }
    }
    assertThat(counted).isEqualTo(steps.updates().nonzero());
    assertThat(lostInF16).isEqualTo(lost.get("model F16"));
  }

  private static Offset<Double> offset() {
    return Offset.offset(1e-15);
  }

  @Tag("full")
  @Test
  void neitherCutsNorTheWayOfReadingMakeADifference() throws IOException {
    Path before = Fixtures.path("training/step-1000");
    Path after = Fixtures.path("training/step-1001");
    run(before, after, "cut", 10_000, ReadChoice.BUFFERED);
    run(before, after, "mapped", 50_000, ReadChoice.MAP);
    assertThat(digests("cut")).isEqualTo(digests("steps")).hasSize(4);
    assertThat(digests("mapped")).isEqualTo(digests("steps"));
  }

  @Test
  void lossesAreShownInEightyColumns() {
    assertThat(steps.exitCode()).isZero();
    String text = SummaryText.of(steps, "report");
    assertThat(text.lines()).allMatch(line -> line.length() <= 80);
    assertThat(text).contains("copy in", "note UPDATES_LOST", "2^11", "from here on F16");
    assertThat(SummaryMarkdown.of(steps)).contains("| `BF16` | ", "UPDATES_LOST");
    ChildProcess.Ended shown = InProcess.run("show", report + "", "--run", "steps");
    assertThat(shown.out()).isEqualTo(SummaryText.of(steps, report.toString()));
    assertThat(InProcess.run("gate", report + "", "--run", "steps").exitCode()).isZero();
  }

  @Test
  void whatCannotBeComparedIsAFinding() throws IOException {
    byte[] two = new byte[8];
    Path before = folder("mixed-before");
    SafetensorsBytes.file()
        .tensor("same", "F32", new long[] {2}, two)
        .tensor("gone", "F32", new long[] {2}, two)
        .tensor("shape", "F32", new long[] {2}, two)
        .tensor("dtype", "F32", new long[] {2}, two)
        .tensor("wide", "F64", new long[] {1}, two)
        .tensor("half", "F16", (short) 0x3C00, (short) 0x3C00)
        .tensor("ids", "I64", new long[] {1}, two)
        .write(before.resolve("model.safetensors"));
    Path after = folder("mixed-after");
    SafetensorsBytes.file()
        .tensor("same", "F32", new long[] {2}, two)
        .tensor("new", "F32", new long[] {2}, two)
        .tensor("shape", "F32", new long[] {1, 2}, two)
        .tensor("dtype", "BF16", new long[] {2}, new byte[4])
        .tensor("wide", "F64", new long[] {1}, two)
        .tensor("half", "F16", (short) 0x3C00, (short) 0x7C00)
        .tensor("ids", "I64", new long[] {1}, two)
        .write(after.resolve("model.safetensors"));
    RunVerdict run = run(before, after, "mixed", PlanSettings.DEFAULT_SPLIT, ReadChoice.AUTO);
    assertThat(run.exitCode()).isEqualTo(12);
    assertThat(run.updates().findings())
        .extracting(FindingSummary::message)
        .containsExactly(
            "1 tensor in BEFORE alone: 'gone'; look for the missing tensors, or for the wrong"
                + " checkpoint",
            "1 tensor of another dtype in AFTER than in BEFORE: 'dtype'; give both steps as they"
                + " were trained: a cast is no update",
            "1 tensor of another shape in AFTER than in BEFORE: 'shape'; give two checkpoints of"
                + " one run",
            "1 tensor not contiguous in one file, or of a floating dtype other than F32, F16 and"
                + " BF16: 'wide'; save both steps as contiguous tensors of F32, F16 or BF16",
            "1 tensor in AFTER alone: 'new'; look for the missing tensors, or for the wrong"
                + " checkpoint",
            "NaN or infinite updates, which are in no other figure: 1; look for the step that made"
                + " them",
            "1 tensor stored in 16 bits, where only updates that survived can be seen: 'half'; give"
                + " the F32 master weights: what these steps lost is not in them any more");
    assertThat(run.updates().tensors()).isEqualTo(2);
  }

  @Tag("full")
  @Test
  void otherModelsAndTheSameStepAreFindings() throws IOException {
    Path step = Fixtures.path("training/step-1000");
    Path gradients = Fixtures.path("gradients");
    RunVerdict other = run(step, gradients, "other", PlanSettings.DEFAULT_SPLIT, ReadChoice.AUTO);
    assertThat(other.exitCode()).isEqualTo(10);
    assertThat(other.updates().findings().get(0).message())
        .isEqualTo(
            "No tensor of BEFORE is in AFTER under its name, among 33 tensors; give two checkpoints"
                + " of one run, with the same names of tensors");
    RunVerdict same = run(step, step, "same", PlanSettings.DEFAULT_SPLIT, ReadChoice.AUTO);
    assertThat(same.updates().findings().get(0).rule()).isEqualTo("NO_UPDATES");
    assertThat(same.updates().targets().get(0).lostShare()).isNull();
  }

  @Tag("full")
  @Test
  void aSideThatIsNotWholeIsIncomplete() throws IOException {
    Path cut = folder("cut-short");
    byte[] whole = Files.readAllBytes(Fixtures.path("training/step-1001/model.safetensors"));
    Files.write(cut.resolve("model.safetensors"), Arrays.copyOf(whole, 500_000));
    RunVerdict run =
        run(
            Fixtures.path("training/step-1000"),
            cut,
            "incomplete",
            PlanSettings.DEFAULT_SPLIT,
            ReadChoice.AUTO);
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.updates().severities().get("ERROR")).isPositive();
    ChildProcess.Ended missing =
        InProcess.run("updates", cut.toString(), report + "/nowhere", "--report", report + "");
    assertThat(missing.exitCode()).isEqualTo(2);
  }

  private static Path folder(String name) throws IOException {
    return Files.createDirectories(report.resolve("inputs").resolve(name));
  }

  /** Also what docs/updates.md shows. */
  @Test
  void theSummaryIsTheGoldenOne() {
    UpdatesSummary of = steps.updates();
    UpdatesSummary named =
        new UpdatesSummary(
            "step-1000",
            "step-1001",
            of.tensors(),
            of.elements(),
            of.nonzero(),
            of.targets(),
            of.ratios(),
            of.severities(),
            of.findings());
    Goldens.verify("summaries/updates-steps.txt", SummaryText.of(steps.with(named), "report"));
    Goldens.verifyPage("updates.md", "updates-steps.txt");
  }

  @Tag("full")
  @Test
  void theCommandsReadAndPublish() {
    LocalSpark.stop();
    String step = Fixtures.path("training/step-1000").toString();
    String next = Fixtures.path("training/step-1001").toString();
    ChildProcess.Ended updates =
        InProcess.run("updates", step, next, "--report", report + "", "--run-id", "command");
    assertThat(updates.err() + updates.exitCode()).endsWith("0");
    assertThat(updates.out()).contains("VERDICT: clean", "UPDATES_LOST");
    ChildProcess.Ended again =
        InProcess.run("updates", step, next, "--report", report + "", "--run-id", "command");
    assertThat(again.out()).isEqualTo(updates.out());
    String gradients = Fixtures.path("gradients").toString();
    ChildProcess.Ended scales =
        InProcess.run("scales", gradients, "--report", report + "", "--targets", "f16");
    assertThat(scales.out()).contains("VERDICT: clean", "SCALE_HELPS");
    ChildProcess.Ended both =
        InProcess.run("updates", step, gradients, "--report", report + "", "--fail-on", "never");
    assertThat(both.exitCode()).isZero();
  }
}
