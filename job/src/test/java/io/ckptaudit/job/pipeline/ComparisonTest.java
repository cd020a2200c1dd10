package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.SummaryMarkdown;
import io.ckptaudit.job.report.SummaryText;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Comparisons of stored runs: one audit of many fixtures, compared again and again. */
class ComparisonTest {

  private static final String[] FIXTURES = {
    "llama-meta",
    "llama-hf-bf16",
    "llama-hf-swapped",
    "llama-hf-tampered",
    "llama-hf-fp32-upcast",
    "llama-wide-bf16",
    "llama-wide-fp16",
    "llama-fp32-master",
    "llama-fp32-master-to-bf16",
    "gradients"
  };

  @TempDir static Path report;

  @BeforeAll
  static void auditAll() {
    String[] uris = new String[FIXTURES.length];
    for (int i = 0; i < uris.length; i++) {
      uris[i] = Fixtures.path(FIXTURES[i]).toString();
    }
    Audits.audits().run(report, uris);
  }

  private static RunVerdict compare(String left, String right) throws IOException {
    return compare(left, right, "from-" + left + "-to-" + right);
  }

  private static RunVerdict compare(String left, String right, String runId) throws IOException {
    return new StoredComparison(report + "@run/" + left, report + "@run/" + right)
        .run(report, runId, null);
  }

  @Tag("full")
  @ParameterizedTest
  @CsvSource({
    "llama-hf-bf16, llama-hf-bf16, clean, RIGHT has LEFT's bits in the same order in all 30 pairs",
    "llama-hf-bf16, llama-hf-fp32-upcast, clean, RIGHT has exactly LEFT's values in another dtype",
    "llama-hf-bf16, llama-hf-swapped, findings, RIGHT is not shown to be LEFT: 1 pair moved",
    "llama-hf-bf16, llama-hf-tampered, findings, RIGHT is not shown to be LEFT: 1 pair different",
    "llama-wide-bf16, llama-wide-fp16, clean, RIGHT's values are exactly LEFT's rounded to nearest",
    "llama-fp32-master, llama-fp32-master-to-bf16, clean, RIGHT's values are exactly LEFT's rounded",
    "llama-fp32-master-to-bf16, llama-fp32-master, clean, LEFT's values are RIGHT's",
    "llama-hf-bf16, llama-wide-bf16, findings, RIGHT is not shown to be LEFT: 30 pairs different",
    "llama-meta, llama-meta, clean, RIGHT has LEFT's bits in the same order in all 30 pairs",
    "llama-hf-swapped, llama-meta, findings, RIGHT is not shown to be LEFT: 1 pair moved",
    "llama-meta, llama-hf-tampered, findings, RIGHT is not shown to be LEFT: 1 pair different",
    "llama-hf-bf16, gradients, findings, Nothing can be said: no tensor has a partner"
  })
  void theSentenceSaysWhatTheStoredRunsProve(
      String left, String right, String verdict, String sentence) throws IOException {
    RunVerdict run = compare(left, right);
    assertThat(run.comparison().sentence()).startsWith(sentence);
    assertThat(run.verdict()).isEqualTo(verdict);
  }

  /** Only queries and keys are in another order there, which digests do not undo. */
  @Test
  void ofMetasOwnFilesOrderIsCheckedThoughTheyHaveParts() throws IOException {
    String copy = "llama-hf-bf16";
    RunVerdict run = compare("llama-meta", copy);
    assertThat(run.comparison().sentence())
        .isEqualTo("RIGHT has exactly LEFT's values, in all 30 pairs; order checked in 24 pairs");
    assertThat(run.verdict()).isEqualTo("clean");
    for (Row pair : rows(Table.PAIRS, "from-llama-meta-to-" + copy)) {
      String name = pair.<String>getList(pair.fieldIndex("left_tensors")).get(0);
      assertThat(pair.<String>getAs("statement"))
          .as(name)
          .isEqualTo(name.matches(".*\\.w[qk]\\.weight") ? "same_values" : "same_bits");
    }
  }

  @Tag("full")
  @Test
  void ofMetasOwnFilesAnExchangeOfTwoValuesIsSeen() throws IOException {
    RunVerdict run = compare("llama-meta", "llama-hf-swapped");
    assertThat(run.comparison().sentence())
        .startsWith("RIGHT is not shown to be LEFT: 1 pair moved; of the others,")
        .endsWith("in all 29 pairs; order checked in 23 pairs");
    assertThat(run.verdict()).isEqualTo("findings");
  }

  @Test
  void theTableOfPairsHasWhatEachPairProves() throws IOException {
    compare("llama-wide-bf16", "llama-wide-fp16", "pairs-once");
    compare("llama-wide-bf16", "llama-wide-fp16", "pairs-again");
    List<Row> pairs = rows(Table.PAIRS, "pairs-once");
    assertThat(pairs).hasSize(30);
    Row embedding =
        pairs.stream()
            .filter(row -> row.getList(row.fieldIndex("right_tensors")).contains("lm_head.weight"))
            .findFirst()
            .orElseThrow();
    assertThat(embedding.<String>getAs("explanation")).isEqualTo("nearest_even");
    assertThat(embedding.<Boolean>getAs("all_tested")).isTrue();
    assertThat(embedding.<Long>getAs("least_different")).isZero();
    assertThat(embedding.<Long>getAs("clipped")).isZero();
    Map<Boolean, Long> binsOf =
        Map.of(
            true, sum(rows(Table.PAIR_HISTOGRAMS, "pairs-once"), "absolute"),
            false, pairs.stream().mapToLong(row -> row.<Long>getAs("elements")).sum());
    long overflowed = pairs.stream().mapToLong(row -> row.<Long>getAs("overflowed")).sum();
    assertThat(binsOf.get(true) + overflowed).isEqualTo(binsOf.get(false));
    assertThat(digests("pairs-once")).isEqualTo(digests("pairs-again")).hasSize(4);
  }

  private static long sum(List<Row> bins, String measure) {
    return bins.stream()
        .filter(row -> row.getAs("measure").equals(measure))
        .mapToLong(row -> row.<Long>getAs("count"))
        .sum();
  }

  private static List<Row> rows(Table table, String run) {
    return LocalSpark.session()
        .read()
        .parquet(report + "/" + table.folder() + "/run_id=" + run)
        .collectAsList();
  }

  private static Map<String, String> digests(String run) throws IOException {
    Map<String, String> digests = new java.util.TreeMap<>();
    StoredRuns.manifest(report.toString(), run, Storages.local())
        .tables()
        .forEach((table, entry) -> digests.put(table, "" + entry.digest()));
    return digests;
  }

  @Test
  void aComparisonIsShownInEightyColumns() throws IOException {
    RunVerdict run = compare("llama-hf-bf16", "llama-hf-tampered", "shown");
    String text = SummaryText.of(run, "report");
    assertThat(text.lines()).allMatch(line -> line.length() <= 80);
    assertThat(text).contains("VALUES_DIFFER", "down_proj.weight", "same_bits");
    assertThat(SummaryMarkdown.of(run)).contains("LEFT", "RIGHT");
    ChildProcess.Ended shown = InProcess.run("show", report.toString(), "--run", "shown");
    assertThat(shown.out()).contains("RIGHT is not shown to be LEFT");
    assertThat(InProcess.run("gate", report.toString(), "--run", "shown").exitCode()).isEqualTo(10);
  }

  @Test
  void aRunThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> StoredRunName.of(report + "@missing", Storages.local()))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageStartingWith("No run 'missing' in ");
    ChildProcess.Ended ended =
        InProcess.run("compare", report + "@missing", report + "@run", "--report", report + "/x");
    assertThat(ended.exitCode()).isEqualTo(2);
  }

  /** The option has no value here: what follows it is LEFT. */
  @Test
  void valuesOfAStoredRunCannotBeCompared() {
    String run = report + "@run/llama-hf-bf16";
    String other = Fixtures.path("llama-hf-bf16").toString();
    ChildProcess.Ended ended =
        InProcess.run("compare", "--values", run, other, "--report", report + "/x");
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err())
        .contains("Cannot compare the values of '" + run + "': it is a stored run, and --values")
        .contains("reads the weights; name the checkpoint itself");
    ChildProcess.Ended unknown =
        InProcess.run("compare", "--values=some", other, other, "--report", report + "/x");
    assertThat(unknown.exitCode()).isEqualTo(2);
  }

  @Test
  void aRunOfSeveralCheckpointsNeedsAName() {
    assertThatThrownBy(() -> open(report + "@run"))
        .hasMessageContaining(
            "10 of the 10 in this run fit; name one as DIR@RUN/NAME, of gradients");
  }

  @Test
  void tablesOfAnotherVersionAreRefused() throws IOException {
    Path manifest = report.resolve("_runs/other-version/manifest.json");
    Files.createDirectories(manifest.getParent());
    Files.writeString(
        manifest,
        "{\"contract_version\": 2, \"run_id\": \"other-version\", \"version\": \"9\", \"tables\": {}}");
    Files.copy(report.resolve("_runs/run/verdict.json"), manifest.resolveSibling("verdict.json"));
    assertThatThrownBy(() -> open(report + "@other-version"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("tables are of version 2, and this program reads version 1;");
  }

  private static void open(String name) throws IOException {
    StoredSide.open(
        LocalSpark.session(),
        Storages.local(),
        StoredRunName.of(name, Storages.local()).orElseThrow());
  }

  @Test
  void anAtOfAnAuthorityNamesNoRun() throws IOException {
    assertThat(StoredRunName.of("s3a://user@bucket/path", Storages.local())).isEmpty();
    assertThat(StoredRunName.of("plain/folder", Storages.local())).isEmpty();
  }
}
