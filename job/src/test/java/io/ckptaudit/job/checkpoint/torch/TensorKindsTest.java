package io.ckptaudit.job.checkpoint.torch;

import static io.ckptaudit.job.testing.PickleBytes.pickle;
import static io.ckptaudit.job.testing.TorchBytes.dict;
import static io.ckptaudit.job.testing.TorchBytes.zip;
import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.container.HeldBytes;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.PickleBytes;
import io.ckptaudit.job.testing.TorchBytes;
import io.ckptaudit.job.testing.ZipBytes;
import io.ckptaudit.udfs.number.DType;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Row T25: all that torch may put in a state dict is listed, or named. */
class TensorKindsTest {

  private static ShardHeader header(byte[] pickle, byte[]... storages) throws IOException {
    return header(zip(pickle, storages));
  }

  private static ShardHeader header(ZipBytes zip) throws IOException {
    return new TorchScan(new HeldBytes(zip.bytes()), "x.pt").header();
  }

  private static PickleBytes untyped(PickleBytes pickle, String key, long bytes) {
    return pickle
        .op("(")
        .text("storage")
        .global("torch.storage", "UntypedStorage")
        .text(key)
        .text("cpu")
        .number(bytes)
        .op("tQ");
  }

  private static void v3(PickleBytes pickle, String dtype, long bytes, long elements) {
    untyped(pickle.global("torch._utils", "_rebuild_tensor_v3").op("("), "0", bytes)
        .number(0)
        .numbers(elements)
        .numbers(1)
        .raw(0x89)
        .orderedDict()
        .global("torch", dtype)
        .op("tR");
  }

  @Test
  void dtypesWithoutAStorageOfTheirOwn() throws IOException {
    ShardHeader header =
        header(
            dict(
                p -> {
                  v3(p.text("fp8"), "float8_e4m3fn", 8, 8);
                  v3(p.text("u16"), "uint16", 8, 4);
                }),
            new byte[8]);
    assertThat(header.problems()).filteredOn(p -> p.severity() != Severity.INFO).isEmpty();
    assertThat(header.tensors())
        .extracting(TensorEntry::dtype)
        .containsExactly(DType.F8_E4M3, DType.U16);
  }

  @Test
  void parametersAndNestedContainers() throws IOException {
    byte[] pickle =
        dict(
            p -> {
              p.text("model").orderedDict().op("(").text("p");
              p.global("torch._utils", "_rebuild_parameter").op("(");
              p.vector("FloatStorage", "0", 2).raw(0x88).orderedDict().op("tRu");
              p.text("state").op("}(").number(0).op("](");
              p.vector("FloatStorage", "0", 2).vector("FloatStorage", "0", 2).op("eu");
            });
    ShardHeader header = header(pickle, TorchBytes.floats(2));
    assertThat(header.problems()).isEmpty();
    assertThat(header.tensors())
        .extracting(TensorEntry::name)
        .containsExactly("model.p", "state.0.0", "state.0.1");
    assertThat(header.tensors())
        .extracting(TensorEntry::slices)
        .containsOnly(header.tensors().get(0).slices());
  }

  @Test
  void kindsWithoutPlainValuesAreNamed() throws IOException {
    byte[] pickle =
        dict(
            p -> {
              p.text("q").global("torch._utils", "_rebuild_qtensor").op("(");
              p.storage("QInt8Storage", "0", 8).op("tR");
              p.text("s").global("torch._utils", "_rebuild_sparse_tensor").op(")R");
              p.text("c").tensor("ComplexDoubleStorage", "1", 1, 0, new long[] {1}, new long[] {1});
              p.text("neg").global("torch._utils", "_rebuild_tensor_v2").op("(");
              p.storage("FloatStorage", "2", 1).number(0).numbers(1).numbers(1).raw(0x89);
              p.orderedDict().op("}").text("neg").raw(0x88).op("stR");
            });
    ShardHeader header = header(pickle, new byte[8], new byte[16], new byte[4]);
    assertThat(header.tensors()).isEmpty();
    assertThat(header.problems())
        .filteredOn(p -> p.rule().equals("PT_UNSUPPORTED"))
        .extracting(Problem::message)
        .satisfiesExactlyInAnyOrder(
            m -> assertThat(m).contains("tensor 'q'").contains("it is a quantised tensor"),
            m -> assertThat(m).contains("tensor 's'").contains("it is a sparse tensor"),
            m -> assertThat(m).contains("tensor 'c'").contains("dtype complex128 has no table"),
            m -> assertThat(m).contains("tensor 'neg'").contains("conjugated or negated"));
    assertThat(header.problems()).noneMatch(p -> p.severity() == Severity.ERROR);
  }

  @Test
  void aTensorInAnObjectOfAnUnknownClassIsListed() throws IOException {
    byte[] pickle =
        pickle()
            .global("my", "Module")
            .op(")")
            .raw(0x81)
            .op("}")
            .text("_parameters")
            .orderedDict()
            .text("weight")
            .vector("FloatStorage", "0", 2)
            .op("ssb")
            .stop();
    ShardHeader header = header(pickle, TorchBytes.floats(2));
    assertThat(header.tensors())
        .extracting(TensorEntry::name)
        .containsExactly("_parameters.weight");
    assertThat(header.problems()).extracting(Problem::rule).contains("UNSAFE_GLOBAL");
  }

  @Test
  void namesAreBoundedTogether() throws IOException {
    PickleBytes pickle = pickle().op("}").text("x".repeat(60_000)).op("](");
    pickle.vector("FloatStorage", "0", 1).op("q\0");
    for (int i = 0; i < 10_000; i++) {
      pickle.op("h\0");
    }
    ShardHeader header = header(pickle.op("es").stop(), new byte[4]);
    assertThat(header.problems())
        .extracting(Problem::message)
        .anySatisfy(m -> assertThat(m).contains("more than 1048576 tensors, or very long names"));
  }

  private static final int FLOATS = 4 << 20;

  private static byte[] windows(long[]... sizes) {
    return dict(
        p -> {
          p.text("w").vector("FloatStorage", "0", 2);
          for (int i = 0; i < sizes.length; i++) {
            long[] stride = new long[sizes[i].length];
            Arrays.fill(stride, 1);
            p.text("x" + i).tensor("FloatStorage", "1", FLOATS, i, sizes[i], stride);
          }
          p.text("z").vector("FloatStorage", "0", 2);
        });
  }

  /** A window of nearly all of a storage, 4,096 times an element further: 64 GiB of 16 MiB. */
  @Test
  void windowsOverAStorageAreNotReadAgainAndAgain() throws IOException {
    byte[] pickle = windows(new long[] {4096, FLOATS - 4096});
    ShardHeader header = header(pickle, TorchBytes.floats(2), new byte[4 * FLOATS]);
    assertThat(header.tensors()).extracting(TensorEntry::name).containsExactly("w", "z");
    assertThat(header.problems())
        .filteredOn(p -> p.severity() == Severity.ERROR)
        .extracting(Problem::message)
        .singleElement()
        .asString()
        .startsWith("Cannot audit tensor 'x0' in x.pt at byte ")
        .endsWith(
            ": with it more than 268435456 bytes are to be read, since tensors overlap so often"
                + " that it is no longer followed; do not load the file; get it from a source you"
                + " trust");
  }

  /** Columns of a matrix share no byte, and each takes nearly all of the storage to read. */
  @Test
  void columnsThatLieAmongOthersAreNoFault() throws IOException {
    byte[] pickle =
        dict(
            p -> {
              p.text("w").vector("FloatStorage", "0", 2);
              for (int i = 0; i < 32; i++) {
                long[] size = {1024, 128};
                long[] stride = {4096, 1};
                p.text("x" + i).tensor("FloatStorage", "1", FLOATS, i * 128, size, stride);
              }
            });
    ShardHeader header = header(pickle, TorchBytes.floats(2), new byte[4 * FLOATS]);
    assertThat(header.problems())
        .filteredOn(p -> p.severity() == Severity.ERROR)
        .isNotEmpty()
        .allSatisfy(
            p -> {
              assertThat(p.of()).isEqualTo(FormatRule.UNSUPPORTED_FORMAT);
              assertThat(p.message())
                  .endsWith(
                      ": its rows lie so far apart among others that with it more than 268435456"
                          + " bytes are to be read; clone the tensors of the storage before saving,"
                          + " and audit that");
            });
    assertThat(header.tensors()).hasSizeGreaterThan(10);
  }

  /** The same as a tensor for each window; one that is there already costs nothing. */
  @Test
  void soAreTensorsThatAreWindows() throws IOException {
    long[][] sizes = new long[100][];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = new long[] {FLOATS - 100};
    }
    ShardHeader header = header(windows(sizes), TorchBytes.floats(2), new byte[4 * FLOATS]);
    long bytes =
        header.tensors().stream()
            .flatMap(tensor -> tensor.slices().stream())
            .mapToLong(Slice::bytes)
            .sum();
    assertThat(bytes).isBetween(200L << 20, 256L << 20);
    assertThat(header.tensors()).extracting(TensorEntry::name).contains("w", "x0", "z");
    assertThat(header.problems())
        .filteredOn(p -> p.severity() == Severity.ERROR)
        .allMatch(p -> p.rule().equals("PT_VIEW_BOUNDS"))
        .hasSize(100 + 2 - header.tensors().size());
  }

  @Test
  void dimensionsAreBounded() throws IOException {
    byte[] pickle =
        dict(p -> p.text("w").tensor("FloatStorage", "0", 1, 0, new long[65], new long[65]));
    assertThat(header(pickle, new byte[4]).tensors()).isEmpty();
  }

  @Test
  void argumentsThatMakeNoTensor() throws IOException {
    byte[] pickle =
        dict(p -> p.text("w").global("torch._utils", "_rebuild_tensor_v2").op("(NNNNtR"));
    assertThat(header(pickle).problems())
        .extracting(Problem::message)
        .anySatisfy(
            m ->
                assertThat(m)
                    .contains("Cannot rebuild tensor 'w'")
                    .contains("its arguments are not a storage, an offset, sizes and strides"));
  }

  /** 100,000 tensors as torch writes them, each with a storage of its own. */
  @Test
  @Tag("full")
  void aHundredThousandTensorsAreListedInFiveSeconds() throws Exception {
    int count = 100_000;
    PickleBytes pickle = pickle().op("}(");
    ZipBytes zip = ZipBytes.archive();
    for (int i = 0; i < count; i++) {
      pickle.text("model.layers." + i / 500 + ".mlp.experts." + i % 500 + ".weight");
      pickle.vector("BFloat16Storage", "" + i, 2);
    }
    zip.add("archive/data.pkl", pickle.op("u").stop());
    for (int i = 0; i < count; i++) {
      zip.add("archive/data/" + i, new byte[] {1, 2, 3, 4});
    }
    HeldBytes file = new HeldBytes(zip.add("archive/version", "3").bytes());
    ShardHeader header = CpuTime.within(5, () -> new TorchScan(file, "x.pt").header());
    assertThat(header.tensors()).hasSize(count);
    assertThat(header.problems()).isEqualTo(List.of());
  }
}
