package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.job.testing.TorchBytes;
import io.ckptaudit.job.testing.ZipBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views of all kinds, little- and big-endian, beside safetensors files of the same elements. */
@Tag("full")
class StridedViewsTest {

  private static final int ELEMENTS = 3000;
  private static final String[] TYPES = {"HalfStorage", "FloatStorage", "BFloat16Storage"};
  private static final String[] DTYPES = {"F16", "F32", "BF16"};

  @TempDir static Path folder;

  private record View(int storage, long offset, long[] size, long[] stride) {}

  private static final List<View> VIEWS = views();

  /** Transposed, sliced, expanded, overlapping; then such as nobody thought of. */
  private static List<View> views() {
    List<View> views = new ArrayList<>();
    for (int storage = 0; storage < TYPES.length; storage++) {
      views.add(new View(storage, 0, new long[] {60, 50}, new long[] {50, 1}));
      views.add(new View(storage, 0, new long[] {50, 60}, new long[] {1, 50}));
      views.add(new View(storage, 7, new long[] {20, 6}, new long[] {100, 1}));
      views.add(new View(storage, 3, new long[] {20, 6}, new long[] {100, 3}));
      views.add(new View(storage, 5, new long[] {4, 9, 3}, new long[] {0, 2, 0}));
      views.add(new View(storage, 0, new long[] {100, 8}, new long[] {4, 1}));
      views.add(new View(storage, 0, new long[] {5, 40, 7}, new long[] {600, 1, 70}));
      views.add(new View(storage, 2999, new long[] {}, new long[] {}));
      views.add(new View(storage, 0, new long[] {2, 0}, new long[] {9, 9}));
    }
    Random random = new Random(20261122);
    while (views.size() < 90) {
      View view = random(random);
      if (last(view) < ELEMENTS) {
        views.add(view);
      }
    }
    return views;
  }

  private static View random(Random random) {
    int dimensions = 1 + random.nextInt(4);
    long[] size = new long[dimensions];
    long[] stride = new long[dimensions];
    for (int i = 0; i < dimensions; i++) {
      size[i] = 1 + random.nextInt(12);
      stride[i] = random.nextInt(random.nextBoolean() ? 12 : 200);
    }
    return new View(random.nextInt(TYPES.length), random.nextInt(40), size, stride);
  }

  private static long last(View view) {
    long last = view.offset;
    for (int i = 0; i < view.size.length; i++) {
      last += (view.size[i] - 1) * view.stride[i];
    }
    return last;
  }

  @BeforeAll
  static void auditAll() throws IOException {
    byte[][] storages = new byte[TYPES.length][];
    Random random = new Random(7);
    for (int i = 0; i < TYPES.length; i++) {
      storages[i] = storage(random, DTYPES[i]);
    }
    byte[] pickle =
        TorchBytes.dict(
            p -> {
              for (int i = 0; i < VIEWS.size(); i++) {
                View view = VIEWS.get(i);
                p.text("t" + i)
                    .tensor(
                        TYPES[view.storage],
                        "" + view.storage,
                        ELEMENTS,
                        view.offset,
                        view.size,
                        view.stride);
              }
            });
    Files.write(folder.resolve("views.pt"), TorchBytes.zip(pickle, storages).bytes());
    Files.write(folder.resolve("big.pt"), bigEndian(pickle, storages));
    SafetensorsBytes plain = SafetensorsBytes.file();
    for (int i = 0; i < VIEWS.size(); i++) {
      View view = VIEWS.get(i);
      byte[] elements = elements(view, storages[view.storage]);
      plain.tensor("t" + i, DTYPES[view.storage], view.size, elements);
    }
    plain.write(folder.resolve("plain.safetensors"));
    for (String name : new String[] {"views.pt", "big.pt", "plain.safetensors"}) {
      Audits.audits()
          .splitBytes(1024)
          .run(folder.resolve("report-" + name), folder.resolve(name).toString());
    }
  }

  private static byte[] storage(Random random, String dtype) {
    int width = width(dtype);
    ByteBuffer bytes = ByteBuffer.allocate(ELEMENTS * width).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < ELEMENTS; i++) {
      if (width == 4) {
        bytes.putFloat((float) random.nextGaussian());
      } else {
        bytes.putShort((short) (random.nextInt(40) * 700));
      }
    }
    return bytes.array();
  }

  private static int width(String dtype) {
    return dtype.equals("F32") ? 4 : 2;
  }

  private static byte[] bigEndian(byte[] pickle, byte[][] storages) {
    ZipBytes zip = ZipBytes.archive().add("a/data.pkl", pickle).add("a/byteorder", "big");
    for (int i = 0; i < storages.length; i++) {
      byte[] swapped = storages[i].clone();
      int width = width(DTYPES[i]);
      for (int at = 0; at < swapped.length; at++) {
        swapped[at] = storages[i][at - at % width + width - 1 - at % width];
      }
      zip.add("a/data/" + i, swapped);
    }
    return zip.add("a/version", "3").bytes();
  }

  private static byte[] elements(View view, byte[] storage) {
    int width = width(DTYPES[view.storage]);
    long count = Arrays.stream(view.size).reduce(1, (a, b) -> a * b);
    byte[] elements = new byte[(int) count * width];
    for (int i = 0; i < count; i++) {
      long at = view.offset;
      long rest = i;
      for (int k = view.size.length - 1; k >= 0; k--) {
        at += rest % view.size[k] * view.stride[k];
        rest /= view.size[k];
      }
      System.arraycopy(storage, (int) at * width, elements, i * width, width);
    }
    return elements;
  }

  private static List<String> rows(String name, Table table, String... columns) {
    return Audits.rows(folder.resolve("report-" + name), table).stream()
        .map(row -> Arrays.stream(columns).map(c -> c + "=" + shown(row.getAs(c))).toList() + "")
        .sorted()
        .toList();
  }

  private static String shown(Object value) {
    return String.valueOf(value);
  }

  @Test
  void everyFigureIsThatOfTheElementsAlone() {
    String[] figures = {
      "tensor", "elements", "bytes", "shape", "min", "max", "sum", "sum_sq", "zero"
    };
    List<String> expected = rows("plain.safetensors", Table.TENSORS, figures);
    assertThat(expected).hasSize(VIEWS.size());
    assertThat(rows("views.pt", Table.TENSORS, figures)).isEqualTo(expected);
    assertThat(rows("big.pt", Table.TENSORS, figures)).isEqualTo(expected);
    Map<String, String> plain = Audits.digests(folder.resolve("report-plain.safetensors"));
    for (String name : new String[] {"views.pt", "big.pt"}) {
      Map<String, String> found = Audits.digests(folder.resolve("report-" + name));
      for (String table : new String[] {"code_counts", "conversions", "histograms", "layers"}) {
        assertThat(found.get(table)).as(name + " " + table).isEqualTo(plain.get(table));
      }
    }
  }

  @Test
  void anIndexIsTheRightOneOrThereIsNone() {
    Map<String, Row> plain = byTensor("plain.safetensors");
    for (String name : new String[] {"views.pt", "big.pt"}) {
      Map<String, Row> found = byTensor(name);
      long known = 0;
      for (String tensor : plain.keySet()) {
        for (String column : new String[] {"min_index", "max_index", "crc32c"}) {
          Object value = found.get(tensor).getAs(column);
          known += value == null ? 0 : 1;
          if (value != null) {
            assertThat(value).as(tensor + column).isEqualTo(plain.get(tensor).getAs(column));
          }
        }
      }
      assertThat(known).isGreaterThan(20);
      assertThat(found.get("t0").<Object>getAs("crc32c")).isNotNull();
      assertThat(found.get("t2").<Object>getAs("min_index")).as("a slice of rows").isNotNull();
      assertThat(found.get("t1").<Object>getAs("min_index")).as("transposed").isNull();
    }
  }

  private static Map<String, Row> byTensor(String name) {
    Map<String, Row> rows = new TreeMap<>();
    Audits.rows(folder.resolve("report-" + name), Table.TENSORS)
        .forEach(row -> rows.put(row.getAs("tensor"), row));
    return rows;
  }
}
