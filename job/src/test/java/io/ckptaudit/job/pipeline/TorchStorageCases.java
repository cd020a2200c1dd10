package io.ckptaudit.job.pipeline;

import static io.ckptaudit.job.pipeline.TorchCase.W;
import static io.ckptaudit.job.testing.PickleBytes.pickle;
import static io.ckptaudit.job.testing.TorchBytes.PICKLE_AT;
import static io.ckptaudit.job.testing.TorchBytes.dict;
import static io.ckptaudit.job.testing.TorchBytes.floats;
import static io.ckptaudit.job.testing.TorchBytes.zip;

import io.ckptaudit.job.testing.PickleBytes;
import io.ckptaudit.job.testing.ZipBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Rows T9 to T13 and T21: storages, and views over them. */
final class TorchStorageCases {

  private static final String BOUNDS = "PT_VIEW_BOUNDS";

  private final List<TorchCase> cases = new ArrayList<>();

  static List<TorchCase> all() {
    TorchStorageCases all = new TorchStorageCases();
    all.sizes();
    all.aliases();
    all.bounds();
    all.repeats();
    return all.cases;
  }

  private static byte[] ofW(Consumer<PickleBytes> w, byte[]... storages) {
    return zip(dict(p -> w.accept(p.text("w"))), storages).bytes();
  }

  /** A dictionary of w and x over storages of which the first is w's. */
  private static byte[] withX(Consumer<PickleBytes> x, byte[]... storages) {
    byte[] pickle =
        dict(
            p -> {
              TorchCase.w(p);
              x.accept(p.text("x"));
            });
    return zip(pickle, storages).bytes();
  }

  /** Where in the file a tensor refers to its storage, if it is the value of w. */
  private static long storageAt(long elements) {
    return storageAt(pickle().op("}(").text("w"), "FloatStorage", "0", elements);
  }

  /** The same of x. */
  private static long storageAtX(String type, String key, long elements) {
    PickleBytes before = pickle().op("}(");
    TorchCase.w(before);
    return storageAt(before.text("x"), type, key, elements);
  }

  private static long storageAt(PickleBytes before, String type, String key, long elements) {
    before.global("torch._utils", "_rebuild_tensor_v2").op("(").storage(type, key, elements);
    return PICKLE_AT + before.position() - 1;
  }

  private static long xEnd(Consumer<PickleBytes> x) {
    PickleBytes before = pickle().op("}(");
    TorchCase.w(before);
    x.accept(before.text("x"));
    return PICKLE_AT + before.position();
  }

  private void sizes() {
    for (long elements : new long[] {5, 3, -1, 1L << 40}) {
      byte[] broken = ofW(p -> p.vector("FloatStorage", "0", elements), W);
      int right = elements == 5 || elements == 3 ? (int) elements : 1;
      byte[] sound = ofW(p -> p.vector("FloatStorage", "0", right), floats(right));
      cases.add(
          TorchCase.of("T9 " + elements, broken, sound)
              .finds(
                  "PT_STORAGE_SIZE",
                  storageAt(elements),
                  "have "
                      + elements
                      + " elements of float32 and member 'archive/data/0' has 16 bytes"));
    }
  }

  private void aliases() {
    String alias = "PT_STORAGE_ALIAS";
    cases.add(
        TorchCase.of(
                "T10a",
                withX(p -> p.vector("IntStorage", "0", 4), W),
                withX(p -> p.vector("IntStorage", "1", 4), W, W))
            .finds(
                alias,
                storageAtX("IntStorage", "0", 4),
                "4 elements of int32 here and 4 of float32 before"));
    long[] three = {3};
    long[] one = {1};
    cases.add(
        TorchCase.of(
                "T10b",
                withX(p -> p.vector("FloatStorage", "0", 3), W),
                withX(p -> p.tensor("FloatStorage", "0", 4, 0, three, one), W))
            .finds(alias, storageAtX("FloatStorage", "0", 3), "3 elements of float32 here"));
    Consumer<PickleBytes> second = p -> p.vector("FloatStorage", "1", 4);
    cases.add(
        TorchCase.of("T21a", withX(second, W), withX(second, W, W))
            .finds(
                "PT_MISSING_STORAGE",
                storageAtX("FloatStorage", "1", 4),
                "no member 'archive/data/1'"));
    long[] four = {4};
    cases.add(
        TorchCase.of(
                "T13",
                ofW(p -> p.tensor("FloatStorage", "0", 100, 3, four, one), floats(100)),
                ofW(p -> p.vector("FloatStorage", "0", 100), floats(100)))
            .finds("PT_STORAGE_WASTE", "384 bytes in 1 storages")
            .exits(0));
  }

  /**
   * Row T25: a parameter, fp8, kinds without plain values, attributes, the state of an optimizer.
   */
  static byte[] kinds() {
    byte[] pickle =
        dict(
            p -> {
              p.text("model").orderedDict().op("(").text("p");
              p.global("torch._utils", "_rebuild_parameter").op("(");
              p.vector("FloatStorage", "0", 4).raw(0x88).orderedDict().op("tR");
              p.text("fp8").global("torch._utils", "_rebuild_tensor_v3").op("((").text("storage");
              p.global("torch.storage", "UntypedStorage").text("1").text("cpu").number(16);
              p.op("tQ").number(0).numbers(16).numbers(1).raw(0x89).orderedDict();
              p.global("torch", "float8_e4m3fn").op("tR");
              p.text("q").global("torch._utils", "_rebuild_qtensor").op("(");
              p.storage("QInt8Storage", "2", 16).op("tR");
              p.text("s").global("torch._utils", "_rebuild_sparse_tensor").op(")R");
              p.op("u}").text("_metadata").orderedDict().op("sb");
              p.text("optimizer").op("}").text("state").op("}").number(0).op("}");
              p.text("exp_avg").vector("FloatStorage", "0", 4).op("sss");
              p.text("epoch").number(3);
            });
    return zip(pickle, W, W, W).bytes();
  }

  /** What of a view is wrong or right, over a storage of four elements. */
  private record View(long offset, long[] size, long[] stride) {

    private ZipBytes zipped() {
      byte[] pickle = dict(p -> p.text("w").tensor("FloatStorage", "0", 4, offset, size, stride));
      return zip(pickle, W);
    }

    byte[] file() {
      return zipped().bytes();
    }

    /** Where in the file its first value is. */
    long valuesAt() {
      ZipBytes zip = zipped();
      zip.bytes();
      return zip.dataOffset("archive/data/0") + offset * Float.BYTES;
    }

    /** Where in the file the tensor is made. */
    long at() {
      PickleBytes before = pickle().op("}(").text("w");
      return PICKLE_AT + before.tensor("FloatStorage", "0", 4, offset, size, stride).position() - 1;
    }
  }

  private static View view(long offset, long[] size, long... stride) {
    return new View(offset, size, stride);
  }

  private static long[] size(long... size) {
    return size;
  }

  private void bounds(String row, View broken, View sound, String message) {
    cases.add(TorchCase.of(row, broken.file(), sound.file()).finds(BOUNDS, broken.at(), message));
  }

  private void bounds() {
    String beyond = "needs more than 2^63-1";
    bounds("T11a", view(-1, size(1), 1), view(1, size(1), 1), beyond);
    bounds("T11b", view(3, size(4), -1), view(0, size(4), 1), beyond);
    bounds("T11c", view(0, size(-2), 1), view(0, size(2), 1), "do not belong together");
    bounds("T11d", view(0, size(2, 2), 1), view(0, size(2, 2), 2, 1), "do not belong together");
    bounds(
        "T11e", view(1, size(4), 1), view(1, size(3), 1), "needs 5 elements and its storage has 4");
    long huge = 1L << 40;
    bounds("T11f", view(0, size(huge, huge), 1, 1), view(0, size(0, huge), 1, 1), "do not belong");
    long far = 1L << 62;
    bounds("T11g", view(0, size(2, 2), far, far), view(0, size(2, 2), 1, 2), "2^63-1");
  }

  private void repeats() {
    View repeated = view(1, size(1_000_000, 1_000_000), 0, 0);
    cases.add(
        TorchCase.of("T12a", repeated.file(), view(1, size(1, 1), 0, 0).file())
            .finds("PT_VIEW", repeated.at(), "its 1000000000000 elements share 1 in the storage")
            .finds("CONSTANT_MATRIX", repeated.valuesAt(), "All 1,000,000,000,000 values equal 1.0")
            .exits(0));
    View overlapping = view(0, size(3, 2), 1, 1);
    cases.add(
        TorchCase.of("T12b", overlapping.file(), view(0, size(2, 2), 2, 1).file())
            .finds("PT_VIEW", overlapping.at(), "its 6 elements share 4")
            .exits(0));
    int floats = 4 << 20;
    byte[] large = floats(floats);
    Consumer<PickleBytes> windows =
        p -> p.tensor("FloatStorage", "1", floats, 0, size(4096, floats - 4096), size(1, 1));
    long[] halves = {floats / 2, 1};
    cases.add(
        TorchCase.of(
                "T12c",
                withX(windows, W, large),
                withX(
                    p -> p.tensor("FloatStorage", "1", floats, 0, size(2, floats / 2), halves),
                    W,
                    large))
            .finds(BOUNDS, xEnd(windows) - 1, "with it more than 268435456 bytes are to be read"));
  }
}
