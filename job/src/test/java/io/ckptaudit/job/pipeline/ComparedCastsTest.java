package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.SafetensorsTensors;
import io.ckptaudit.job.testing.SafetensorsTensors.Whole;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Casts of an F32 master that its stored run cannot tell, told by its elements. */
@Tag("full")
class ComparedCastsTest {

  private static final String FIXTURE = "llama-fp32-master";
  private static final String MASTER = "master";
  private static final String VICTIM = "model.layers.2.mlp.down_proj.weight";
  private static final int ELEMENTS = 300_000;
  private static final int SAMPLE = 1 << 15;

  @TempDir static Path folder;
  private static final Map<String, String> URIS = new TreeMap<>();

  /** A cast of one value, as a converter would do it. */
  private interface Cast {
    long of(float value);
  }

  @BeforeAll
  static void auditAll() {
    TreeMap<String, Whole> master = withAllBits(SafetensorsTensors.of(Fixtures.path(FIXTURE)));
    write(MASTER, master);
    write("truncated-bf16", cast(master, "BF16", ComparedCastsTest::highHalf));
    write("truncated-f16", cast(master, "F16", ComparedCastsTest::towardZero));
    write("scaled", cast(master, "F16", value -> Target.F16.cast(value * 0.125)));
    write("f8", cast(master, "F8_E4M3", Target.F8_E4M3::cast));
    TreeMap<String, Whole> tampered = cast(master, "BF16", ComparedCastsTest::highHalf);
    tampered.get(VICTIM).bytes()[14] ^= 1;
    write("tampered", tampered);
    TreeMap<String, Whole> loud = cast(master, "F32", v -> Float.floatToRawIntBits(v * 16384));
    // All of a norm is beyond 448, and what is truncated is as well.
    loud.keySet().removeIf(name -> name.contains("norm"));
    write("loud", loud);
    write("loud-saturated", cast(loud, "F8_E4M3", Target.F8_E4M3_SAT::cast));
    TreeMap<String, Whole> mostly = new TreeMap<>(Map.of("a", fitsInSamples()));
    write("mostly", mostly);
    write("mostly-cast", cast(mostly, "BF16", v -> Target.BF16.cast(f16(towardZero(v)))));
    Audits.audits().run(folder.resolve("report"), URIS.values().toArray(String[]::new));
  }

  private static void write(String name, Map<String, Whole> tensors) {
    SafetensorsTensors.write(tensors, folder.resolve(name));
    URIS.put(name, folder.resolve(name).toString());
  }

  /** A layer of it; all low halves of the fixture's values are below a half of BF16's spacing. */
  private static TreeMap<String, Whole> withAllBits(TreeMap<String, Whole> fixture) {
    fixture.keySet().removeIf(name -> !name.startsWith("model.layers.2."));
    Random random = new Random(4);
    return cast(fixture, "F32", v -> Float.floatToRawIntBits(v) ^ random.nextInt(1 << 16));
  }

  private static long highHalf(float value) {
    return Float.floatToRawIntBits(value) >>> Short.SIZE;
  }

  /** Of values that F16 has in its range. */
  private static long towardZero(float value) {
    long nearest = Target.F16.cast(value);
    return Math.abs(f16(nearest)) > Math.abs(value) ? nearest - 1 : nearest;
  }

  private static double f16(long code) {
    return FloatFormat.F16.decode(code);
  }

  private static TreeMap<String, Whole> cast(Map<String, Whole> tensors, String dtype, Cast cast) {
    int bytes = dtype.startsWith("F8") ? 1 : dtype.equals("F32") ? 4 : 2;
    TreeMap<String, Whole> all = new TreeMap<>();
    tensors.forEach(
        (name, tensor) -> {
          ByteBuffer from = ByteBuffer.wrap(tensor.bytes()).order(ByteOrder.LITTLE_ENDIAN);
          int elements = tensor.bytes().length / Float.BYTES;
          byte[] to = new byte[bytes * elements];
          for (int i = 0; i < elements; i++) {
            long code = cast.of(from.getFloat(i * Float.BYTES));
            for (int k = 0; k < bytes; k++) {
              to[i * bytes + k] = (byte) (code >>> k * Byte.SIZE);
            }
          }
          all.put(name, new Whole(dtype, tensor.shape(), to));
        });
    return all;
  }

  /** Where samples are taken, what F16 has and BF16 has not is zero: rounded there is truncated. */
  private static Whole fitsInSamples() {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * ELEMENTS).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(3);
    for (int i = 0; i < ELEMENTS; i++) {
      int bits = Float.floatToRawIntBits(1 + random.nextFloat());
      boolean sampled = i % (ELEMENTS / 4) < SAMPLE;
      bytes.putFloat(Float.intBitsToFloat(sampled ? bits & ~0xE000 : bits));
    }
    return new Whole("F32", new long[] {ELEMENTS}, bytes.array());
  }

  private static RunVerdict compare(String left, String right, ComparedValues values, String id)
      throws IOException {
    String run = folder.resolve("report") + "@run/";
    return new StoredComparison(run + left, run + right)
        .withValues(values)
        .run(
            folder.resolve("report"),
            id,
            values == ComparedValues.NONE
                ? null
                : new ComparedWeights(
                    Storages.local(), open(left), open(right), ReadProgress.NONE));
  }

  private static Checkpoint open(String name) throws IOException {
    return Checkpoints.open(List.of(URIS.get(name)), Storages.local()).get(0);
  }

  private static Row pair(String id, String tensor) {
    return LocalSpark.session()
        .read()
        .parquet(folder.resolve("report") + "/" + Table.PAIRS.folder() + "/run_id=" + id)
        .collectAsList()
        .stream()
        .filter(row -> row.getList(row.fieldIndex("right_tensors")).contains(tensor))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "master | truncated-bf16 | truncated (rounded toward zero) to BF16, in all 9 pairs",
        "master | truncated-f16 | truncated (rounded toward zero) to F16, in all 9 pairs",
        "master | scaled | multiplied by 2^-3 and rounded to nearest even in F16, in all 9 pairs",
        "master | f8 | rounded to nearest even in F8_E4M3, in all 9 pairs",
        "loud | loud-saturated | rounded to F8_E4M3, saturating, in all 7 pairs",
        "mostly | mostly-cast | truncated to F16 and from there to BF16, in all 1 pair"
      })
  void whatCountsLeaveOpenElementsTell(String left, String right, String sentence)
      throws IOException {
    RunVerdict run = compare(left, right, ComparedValues.OPEN, "values-" + right);
    assertThat(run.comparison().sentence())
        .startsWith("RIGHT's values are exactly LEFT's " + sentence)
        .contains(", in the same order");
    assertThat(run.verdict()).isEqualTo("clean");
  }

  @Test
  void withoutElementsItIsSaidThatTheyTellMore() throws IOException {
    RunVerdict run = compare(MASTER, "truncated-bf16", ComparedValues.NONE, "counts");
    assertThat(run.exitCode()).isEqualTo(10);
    assertThat(run.comparison().findings())
        .anySatisfy(
            finding ->
                assertThat(finding.message())
                    .contains(
                        "; of 32- and 64-bit values of LEFT only rounding to nearest was tested,"
                            + " and --values tells more, in '"));
    assertThat(pair("counts", VICTIM).<Boolean>getAs("all_tested")).isFalse();
  }

  @Test
  void oneTamperedElementOfATruncatedCopyIsNamed() throws IOException {
    RunVerdict run = compare(MASTER, "tampered", ComparedValues.OPEN, "tampered");
    assertThat(run.comparison().sentence())
        .startsWith(
            "RIGHT is not shown to be LEFT: 1 pair different; of the others, RIGHT's values");
    Row row = pair("tampered", VICTIM);
    assertThat(row.<String>getAs("explanation")).isEqualTo("toward_zero");
    assertThat(row.<Long>getAs("different")).isEqualTo(1);
    assertThat(row.getList(row.fieldIndex("different_elements"))).isEqualTo(List.of(7L));
    assertThat(row.<Long>getAs("least_different")).isNull();
  }
}
