package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.compare.GivenNames;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.SafetensorsTensors;
import io.ckptaudit.job.testing.SafetensorsTensors.Whole;
import io.ckptaudit.udfs.arrow.ArrowMemory;
import io.ckptaudit.udfs.arrow.KernelConversions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Comparisons element by element: one audit of many checkpoints, compared again and again. */
@Tag("full")
class ComparedElementsTest {

  private static final String BASE = "llama-hf-bf16";
  private static final String VICTIM = "model.layers.2.mlp.down_proj.weight";
  private static final int HEAD = 16;

  private static final List<String> FIXTURES =
      List.of(
          BASE,
          "llama-meta",
          "llama-hf-swapped",
          "llama-hf-tampered",
          "llama-hf-fp32-upcast",
          "llama-wide-bf16",
          "llama-wide-fp16",
          "llama-wide-fp16-clipped",
          "llama-wide-scaled",
          "llama-fp32-master",
          "llama-fp32-master-to-bf16");

  @TempDir static Path folder;
  private static final Map<String, String> URIS = new TreeMap<>();

  @BeforeAll
  static void auditAll() {
    FIXTURES.forEach(name -> URIS.put(name, Fixtures.path(name).toString()));
    TreeMap<String, Whole> base = SafetensorsTensors.of(Fixtures.path(BASE));
    write("meta", meta(base, true));
    write("meta-rows-not-moved", meta(base, false));
    write("fused", fused(base));
    write("transposed", transposed(base));
    Audits.audits().run(folder.resolve("report"), URIS.values().toArray(String[]::new));
  }

  private static void write(String name, Map<String, Whole> tensors) {
    SafetensorsTensors.write(tensors, folder.resolve(name));
    URIS.put(name, folder.resolve(name).toString());
  }

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  /** Meta's names, and its order of rows of queries and keys: pairs side by side. */
  private static Map<String, Whole> meta(Map<String, Whole> hf, boolean moved) {
    Map<String, String> names =
        Map.of(
            "self_attn.q_proj", "attention.wq",
            "self_attn.k_proj", "attention.wk",
            "self_attn.v_proj", "attention.wv",
            "self_attn.o_proj", "attention.wo",
            "mlp.gate_proj", "feed_forward.w1",
            "mlp.down_proj", "feed_forward.w2",
            "mlp.up_proj", "feed_forward.w3",
            "input_layernorm", "attention_norm",
            "post_attention_layernorm", "ffn_norm");
    Map<String, Whole> meta = new TreeMap<>();
    hf.forEach(
        (name, tensor) -> {
          String other =
              name.replace("model.layers.", "layers.")
                  .replace("model.embed_tokens", "tok_embeddings")
                  .replace("model.norm", "norm")
                  .replace("lm_head", "output");
          for (Map.Entry<String, String> entry : names.entrySet()) {
            other = other.replace("." + entry.getKey() + ".", "." + entry.getValue() + ".");
          }
          boolean rotated = other.matches(".*attention\\.w[qk]\\.weight");
          meta.put(other, rotated && moved ? interleaved(tensor) : tensor);
        });
    return meta;
  }

  /** Row 2 i + s of a head is row s · head / 2 + i of the converted one. */
  private static Whole interleaved(Whole tensor) {
    int row = tensor.bytes().length / (int) tensor.shape()[0];
    byte[] bytes = new byte[tensor.bytes().length];
    for (int r = 0; r < tensor.shape()[0]; r++) {
      int from = r / HEAD * HEAD + r % 2 * (HEAD / 2) + r % HEAD / 2;
      System.arraycopy(tensor.bytes(), from * row, bytes, r * row, row);
    }
    return new Whole(tensor.dtype(), tensor.shape(), bytes);
  }

  /** qkv one after the other, gate and up in turns of a row. */
  private static Map<String, Whole> fused(Map<String, Whole> hf) {
    Map<String, Whole> fused = new TreeMap<>(hf);
    for (int i = 0; i < 3; i++) {
      String layer = "model.layers." + i + ".";
      List<Whole> qkv = new ArrayList<>();
      for (String part : List.of("q_proj", "k_proj", "v_proj")) {
        qkv.add(fused.remove(layer + "self_attn." + part + ".weight"));
      }
      fused.put(layer + "self_attn.qkv_proj.weight", together(qkv, Integer.MAX_VALUE));
      List<Whole> gateUp =
          List.of(
              fused.remove(layer + "mlp.gate_proj.weight"),
              fused.remove(layer + "mlp.up_proj.weight"));
      fused.put(layer + "mlp.gate_up_proj.weight", together(gateUp, 1));
    }
    return fused;
  }

  private static Whole together(List<Whole> parts, int rowsInTurn) {
    int length = parts.stream().mapToInt(part -> part.bytes().length).sum();
    long rows = parts.stream().mapToLong(part -> part.shape()[0]).sum();
    byte[] bytes = new byte[length];
    int[] taken = new int[parts.size()];
    for (int at = 0; at < length; ) {
      for (int i = 0; i < parts.size(); i++) {
        byte[] part = parts.get(i).bytes();
        int row = part.length / (int) parts.get(i).shape()[0];
        int count = (int) Math.min((long) row * rowsInTurn, part.length - taken[i]);
        System.arraycopy(part, taken[i], bytes, at, count);
        taken[i] += count;
        at += count;
      }
    }
    return new Whole(parts.get(0).dtype(), new long[] {rows, parts.get(0).shape()[1]}, bytes);
  }

  private static Map<String, Whole> transposed(Map<String, Whole> hf) {
    Map<String, Whole> other = new TreeMap<>(hf);
    Whole tensor = other.remove(VICTIM);
    int rows = (int) tensor.shape()[0];
    int columns = (int) tensor.shape()[1];
    byte[] bytes = new byte[tensor.bytes().length];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        System.arraycopy(tensor.bytes(), 2 * (r * columns + c), bytes, 2 * (c * rows + r), 2);
      }
    }
    other.put("turned.weight", new Whole(tensor.dtype(), new long[] {columns, rows}, bytes));
    return other;
  }

  private static RunVerdict compare(
      String left, String right, ComparedValues values, long splitBytes, String id)
      throws IOException {
    String run = folder.resolve("report") + "@run/";
    return new StoredComparison(run + left, run + right)
        .withValues(values)
        .withSplits(splitBytes)
        .run(
            folder.resolve("report"),
            id,
            new ComparedWeights(Storages.local(), open(left), open(right), ReadProgress.NONE));
  }

  private static Checkpoint open(String name) throws IOException {
    return Checkpoints.open(List.of(URIS.get(name)), Storages.local()).get(0);
  }

  private static List<Row> rows(Table table, String id) {
    return LocalSpark.session()
        .read()
        .parquet(folder.resolve("report") + "/" + table.folder() + "/run_id=" + id)
        .collectAsList();
  }

  private static Row pair(String id, String tensor) {
    return rows(Table.PAIRS, id).stream()
        .filter(row -> row.getList(row.fieldIndex("right_tensors")).contains(tensor))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void twoSwappedElementsAreNamed() throws IOException {
    RunVerdict run =
        compare(BASE, "llama-hf-swapped", ComparedValues.OPEN, PlanSettings.DEFAULT_SPLIT, "swap");
    assertThat(run.verdict()).isEqualTo("findings");
    Row row = pair("swap", VICTIM);
    assertThat(row.<String>getAs("statement")).isEqualTo("moved");
    assertThat(row.<Long>getAs("least_different")).isZero();
    assertThat(row.<Long>getAs("different")).isEqualTo(2);
    assertThat(row.getList(row.fieldIndex("different_elements"))).isEqualTo(List.of(0L, 3L));
    assertThat(row.getList(row.fieldIndex("first_different"))).isEqualTo(List.of(0L, 0L));
    assertThat(row.<String>getAs("sentence"))
        .startsWith("the values that it should have, but not in the same order: 2 of ")
        .contains(" elements differ, at [0, 0] of '" + VICTIM + "' (element 0), [0, 3] of ");
    assertThat(run.comparison().findings().get(0).message())
        .startsWith("1 pair: the values that it should have, but not in the same order; 2 elements")
        .contains("differ, the first at [0, 0] of '" + VICTIM + "' (element 0), in '");
  }

  /** Two ranks, some tensors cut along their columns, to the names and order of transformers. */
  @Test
  void metaOrderOfQueriesAndKeysIsUndone() throws IOException {
    RunVerdict run =
        compare("llama-meta", BASE, ComparedValues.OPEN, PlanSettings.DEFAULT_SPLIT, "from-meta");
    assertThat(run.verdict()).isEqualTo("clean");
    assertThat(run.comparison().sentence())
        .isEqualTo(
            "RIGHT has exactly LEFT's values, in all 30 pairs, in the same order (a known layout"
                + " undone in 6 pairs)");
    Row query = pair("from-meta", "model.layers.0.self_attn.q_proj.weight");
    assertThat(query.<String>getAs("statement")).isEqualTo("same_in_order");
    assertThat(query.<String>getAs("element_order")).isEqualTo("rotary_16");
    assertThat(query.<String>getAs("sentence")).contains("in heads of 16");
  }

  @Tag("full")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama-hf-bf16 | llama-hf-bf16 | ALL | clean | RIGHT has LEFT's bits in the same order",
        "llama-hf-bf16 | meta | OPEN | clean | RIGHT has exactly LEFT's values, in all 30 pairs, in the same order (a known",
        "meta | llama-hf-bf16 | ALL | clean | RIGHT has exactly LEFT's values, in all 30 pairs, in the same order (a known",
        "llama-hf-bf16 | llama-meta | ALL | clean | RIGHT has exactly LEFT's values, in all 30 pairs, in the same order (a known",
        "meta-rows-not-moved | llama-hf-bf16 | OPEN | findings | RIGHT is not shown to be LEFT: 6 pairs not_permuted",
        "llama-hf-bf16 | llama-hf-tampered | OPEN | findings | RIGHT is not shown to be LEFT: 1 pair different",
        "llama-hf-bf16 | llama-hf-fp32-upcast | OPEN | clean | RIGHT has exactly LEFT's values in another dtype, none of which changed, in all 30 pairs, in the same order",
        "llama-hf-fp32-upcast | llama-hf-bf16 | OPEN | clean | RIGHT has exactly LEFT's values in another dtype, none of which changed, in all 30 pairs, in the same order",
        "llama-wide-bf16 | llama-wide-fp16 | OPEN | clean | RIGHT's values are exactly LEFT's rounded to nearest even in F16, in all 30 pairs (",
        "llama-wide-bf16 | llama-wide-fp16-clipped | OPEN | clean | RIGHT's values are exactly LEFT's clipped at +-65504, in all 30 pairs (",
        "llama-wide-bf16 | llama-wide-scaled | OPEN | clean | RIGHT's values are exactly LEFT's multiplied by 2^-3 and",
        "llama-fp32-master | llama-fp32-master-to-bf16 | OPEN | clean | RIGHT's values are exactly LEFT's rounded",
        "llama-fp32-master-to-bf16 | llama-fp32-master | OPEN | clean | LEFT's values are RIGHT's, rounded to nearest even, in all 30 pairs, in the same order",
        "llama-fp32-master | llama-fp32-master | OPEN | clean | RIGHT has LEFT's bits in the same order",
        "llama-hf-bf16 | fused | OPEN | clean | RIGHT has exactly LEFT's values, in all 21 pairs, in the same order (a known layout undone in 3 pairs)",
        "fused | llama-hf-bf16 | ALL | clean | RIGHT has exactly LEFT's values, in all 21 pairs, in the same order (a known layout undone in 3 pairs)",
        "llama-hf-bf16 | transposed | OPEN | clean | RIGHT has exactly LEFT's values, in all 30 pairs, in the same order (a known layout undone in 1 pair)"
      })
  void theSentenceSaysWhatElementsProve(
      String left, String right, ComparedValues values, String verdict, String sentence)
      throws IOException {
    String id = "from-" + left + "-to-" + right;
    RunVerdict run = compare(left, right, values, 4096, id);
    assertThat(run.comparison().sentence()).startsWith(sentence);
    assertThat(run.verdict()).as(run.comparison().toString()).isEqualTo(verdict);
    assertThat(run.comparison().sentence()).doesNotContain("not checked");
  }

  @Tag("full")
  @Test
  void oneTamperedElementIsNamedWhateverTheSplits() throws IOException {
    compare(BASE, "llama-hf-tampered", ComparedValues.ALL, 1024, "small-splits");
    compare(BASE, "llama-hf-tampered", ComparedValues.ALL, 1 << 28, "large-splits");
    assertThat(digests("small-splits")).isEqualTo(digests("large-splits")).hasSize(4);
    Row row = pair("small-splits", VICTIM);
    assertThat(row.<Long>getAs("different")).isEqualTo(1);
    assertThat(row.getList(row.fieldIndex("different_elements"))).isEqualTo(List.of(7L));
    assertThat(row.<Double>getAs("largest_difference")).isPositive();
    assertThat(row.<Long>getAs("largest_ulp")).isPositive();
    List<Row> others =
        rows(Table.PAIRS, "small-splits").stream()
            .filter(other -> other.<Long>getAs("different") == 0)
            .toList();
    assertThat(others).hasSize(29);
    long elements = row.<Long>getAs("elements");
    long[] counted = new long[1];
    rows(Table.PAIR_HISTOGRAMS, "small-splits").stream()
        .filter(bin -> bin.getAs("tensor").equals(VICTIM))
        .filter(bin -> bin.getAs("measure").equals("element_ulp"))
        .forEach(bin -> counted[0] += bin.<Long>getAs("count"));
    assertThat(counted[0]).isEqualTo(elements);
  }

  private static Map<String, String> digests(String run) throws IOException {
    Map<String, String> digests = new TreeMap<>();
    StoredRuns.manifest(folder.resolve("report").toString(), run, Storages.local())
        .tables()
        .forEach((table, entry) -> digests.put(table, "" + entry.digest()));
    return digests;
  }

  @Tag("full")
  @Test
  void weightsThatChangedSinceTheAuditAreNotCompared() throws IOException {
    Map<String, Whole> tensors = SafetensorsTensors.of(Path.of(URIS.get("meta")));
    tensors.remove("norm.weight");
    Whole other = tensors.get("output.weight");
    byte[] zeros = other.bytes().clone();
    Arrays.fill(zeros, (byte) 0);
    tensors.put("output.weight", new Whole(other.dtype(), other.shape(), zeros));
    SafetensorsTensors.write(tensors, folder.resolve("later"));
    Storages storages = Storages.local();
    String run = folder.resolve("report") + "@run/";
    ComparisonRequest request =
        new ComparisonRequest(
            run + "meta",
            run + BASE,
            folder.resolve("report").toString(),
            "changed",
            Verdict.FailOn.ERROR,
            Policy.DEFAULT,
            GivenNames.NONE,
            ComparedValues.ALL,
            PlanSettings.DEFAULT_SPLIT,
            new KernelConversions(),
            Map.of());
    Checkpoint later =
        Checkpoints.open(List.of(folder.resolve("later").toString()), storages).get(0);
    RunVerdict verdict =
        ComparisonJob.run(
            LocalSpark.session(),
            storages,
            request,
            StoredRunName.of(request.left(), storages).orElseThrow(),
            StoredRunName.of(request.right(), storages).orElseThrow(),
            new ComparedWeights(storages, later, open(BASE), ReadProgress.NONE));
    assertThat(verdict.exitCode()).isEqualTo(12);
    assertThat(verdict.comparison().findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.rule()).isEqualTo("ELEMENTS_NOT_READ");
              assertThat(finding.message())
                  .startsWith(
                      "Cannot compare the elements of 'lm_head.weight' and 1 more: it is no longer"
                          + " the file that was listed");
            });
  }
}
