package io.ckptaudit.job.pipeline;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.TensorName;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.testing.SeededCases;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model in BF16 and F16 with norms in F32 and frequencies in F64, read in splits of 1 KiB:
 * figures of tensors, layers and model are those of all their values.
 */
class MixedDtypesTest {

  private static final String MODEL = "(model)";

  private static final SeededCases CASES = SeededCases.create();

  @TempDir static Path folder;

  /** Values by tensor, layer and model. */
  private static final Map<String, BruteRows> EXPECTED = new TreeMap<>();

  private static final Map<String, DType> DTYPES = new TreeMap<>();
  private static final Map<Table, Map<String, List<Row>>> ROWS = new HashMap<>();

  @BeforeAll
  static void audit() {
    SafetensorsBytes file = SafetensorsBytes.file();
    DoubleSupplier weights = () -> CASES.random().nextGaussian() * 0.02;
    DoubleSupplier norms = () -> 1 + CASES.random().nextGaussian() * 0.1;
    DoubleSupplier anything = () -> CASES.doubleBetween(-100, 100);
    add(file, "model.layers.0.self_attn.q_proj.weight", DType.BF16, 2000, weights);
    add(file, "model.layers.0.input_layernorm.weight", DType.F32, 600, norms);
    add(file, "model.layers.0.self_attn.rotary_emb.inv_freq", DType.F64, 300, anything);
    add(file, "model.layers.1.self_attn.q_proj.weight", DType.F16, 1500, weights);
    add(file, "model.layers.1.input_layernorm.weight", DType.F32, 600, anything);
    add(file, "model.layers.1.mlp.up_proj.weight", DType.F8_E4M3, 700, weights);
    add(file, "model.layers.2.mlp.up_proj.weight", DType.BF16, 500, weights);
    file.tensor("model.layers.0.position_ids", "I64", new long[] {40}, new byte[320]);
    add(file, "model.norm.weight", DType.F64, 200, norms);
    file.write(folder.resolve("model.safetensors"));
    Path report = folder.resolve("report");
    Audits.audits().splitBytes(1024).run(report, folder.resolve("model.safetensors").toString());
    read(report, Table.TENSORS, "tensor");
    read(report, Table.CONVERSIONS, "tensor");
    read(report, Table.LAYERS, "layer");
    read(report, Table.LAYER_CONVERSIONS, "layer");
    read(report, Table.HISTOGRAMS, "name");
  }

  /** Adds some values of a dtype, and after them its ends and what is no number. */
  private static void add(
      SafetensorsBytes file, String name, DType dtype, int length, DoubleSupplier values) {
    FloatFormat format = dtype.format();
    DoubleStream ends =
        DoubleStream.of(
            Math.max(format.smallestPositive(), 0x1.5p-140),
            -0.0,
            0,
            448,
            -1e5,
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            0x1p-14,
            65519.99);
    double[] tensor =
        DoubleStream.concat(DoubleStream.generate(values).limit(length), ends).toArray();
    long[] codes = Arrays.stream(tensor).mapToLong(format::round).toArray();
    file.tensor(name, dtype.name(), new long[] {codes.length}, bytes(dtype, codes));
    DTYPES.put(name, dtype);
    for (String group : List.of(name, TensorName.of(name).layer(), MODEL)) {
      BruteRows rows = EXPECTED.computeIfAbsent(group, none -> new BruteRows());
      Arrays.stream(codes).forEach(code -> rows.add(format, format.decode(code), 1));
    }
  }

  private static byte[] bytes(DType dtype, long[] codes) {
    int width = dtype.bits() / Byte.SIZE;
    byte[] bytes = new byte[codes.length * width];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (codes[i / width] >>> i % width * Byte.SIZE);
    }
    return bytes;
  }

  private static void read(Path report, Table table, String name) {
    ROWS.put(
        table,
        Audits.rows(report, table).stream().collect(groupingBy(row -> row.<String>getAs(name))));
  }

  @Test
  void tensorsAreThoseOfTheirValues() {
    assertThat(DTYPES).hasSize(8);
    DTYPES.forEach(
        (tensor, dtype) -> {
          Row row = ROWS.get(Table.TENSORS).get(tensor).get(0);
          BruteRows expected = EXPECTED.get(tensor);
          Long distinct = dtype.isCountedByCode() ? row.<Long>getAs("distinct_codes") : null;
          expected.assertStatistics(row, distinct);
          expected.assertCasts(ROWS.get(Table.CONVERSIONS).get(tensor));
          expected.assertHistograms(ROWS.get(Table.HISTOGRAMS).get(tensor));
        });
  }

  @Test
  void layersOfSeveralDtypesAreThoseOfAllTheirValues() {
    assertGroup("model.layers.0", 4);
    assertGroup("model.layers.1", 3);
  }

  @Test
  void theModelIsThatOfAllItsValues() {
    assertGroup(MODEL, 9);
  }

  private static void assertGroup(String name, long tensors) {
    Row row = ROWS.get(Table.LAYERS).get(name).get(0);
    assertThat(row.<Long>getAs("tensors")).as(name).isEqualTo(tensors);
    BruteRows expected = EXPECTED.get(name);
    expected.assertStatistics(row, null);
    expected.assertCasts(ROWS.get(Table.LAYER_CONVERSIONS).get(name));
    expected.assertHistograms(ROWS.get(Table.HISTOGRAMS).get(name));
  }

  @Test
  void aLayerOfOneDtypeIsItsTensor() {
    Row layer = ROWS.get(Table.LAYERS).get("model.layers.2").get(0);
    Row tensor = ROWS.get(Table.TENSORS).get("model.layers.2.mlp.up_proj.weight").get(0);
    Long distinct = tensor.getAs("distinct_codes");
    assertThat(distinct).isPositive();
    EXPECTED.get("model.layers.2").assertStatistics(layer, distinct);
  }
}
