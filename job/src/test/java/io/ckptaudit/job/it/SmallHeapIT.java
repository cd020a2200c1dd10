package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Product;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that are large against the heap. Rows O18 and O19 of docs/faults.md. */
@Timeout(600)
@Tag("full")
class SmallHeapIT {

  private static final Map<String, String> ONE_GIGABYTE =
      Map.of("CKPT_AUDIT_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -Xmx1g");
  private static final int HEADER = 99_000_000;

  @TempDir Path folder;

  /** A header of 99 MB, and weights that are a hole: F16 zeros, 256 MiB a tensor. */
  private Path sparse(String name, long tensors) throws IOException {
    long bytes = 256L << 20;
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"note\":\"\"}");
    for (long i = 0; i < tensors; i++) {
      header.append(
          ",\"layers.%d.weight\":{\"dtype\":\"F16\",\"shape\":[%d],\"data_offsets\":[%d,%d]}"
              .formatted(i, bytes / 2, i * bytes, (i + 1) * bytes));
    }
    header.append('}');
    header.insert(header.indexOf("\"\"}") + 1, "n".repeat(HEADER - header.length()));
    byte[] json = header.toString().getBytes(StandardCharsets.US_ASCII);
    Path file = folder.resolve(name);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).flip());
      channel.write(ByteBuffer.wrap(json));
      channel.write(ByteBuffer.allocate(1), 8L + json.length + tensors * bytes - 1);
    }
    return file;
  }

  @Test
  void o19_aHeaderOf99MegabytesAndLargeWeightsInAHeapOfOneGigabyte() throws Exception {
    Path file = sparse("model.safetensors", 12);
    Path report = folder.resolve("report");
    ChildProcess.Ended ended =
        Product.launch(
            ONE_GIGABYTE,
            "audit",
            file.toString(),
            "--report",
            report.toString(),
            "--read",
            "buffered",
            "--master",
            "local[2]");
    assertThat(ended.exitCode()).as(ended.err()).isIn(0, 10);
    assertThat(Audits.rows(report, Table.TENSORS))
        .hasSize(12)
        .allSatisfy(row -> assertThat(row.<Long>getAs("zero")).isEqualTo(128L << 20));
  }

  @Test
  void o19_aFileOf500GigabytesIsPlannedInAHeapOfOneGigabyte() throws Exception {
    Path file = sparse("large.safetensors", 1863);
    ChildProcess.Ended ended = Product.launch(ONE_GIGABYTE, "audit", file.toString(), "--dry-run");
    assertThat(ended.exitCode()).as(ended.err()).isIn(0, 10);
    assertThat(ended.out()).contains("bytes to read  500,");
  }

  @Test
  void o18_tensorsBeyondTheBytesOfAFileAreIncompleteAndTheOthersFinish() throws Exception {
    sparse("a.safetensors", 2);
    sparse("b.safetensors", 1);
    Path report = folder.resolve("report");
    ChildProcess.Ended ended =
        Product.launch(
            ONE_GIGABYTE,
            "audit",
            folder + "/*.safetensors",
            "--report",
            report.toString(),
            "--master",
            "local[2]",
            "--conf",
            "spark.ckptaudit.file.bytes=400m");
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(Audits.rows(report, Table.TENSORS))
        .filteredOn(row -> row.getAs("zero") != null)
        .hasSize(2);
    assertThat(Audits.rows(report, Table.FINDINGS))
        .filteredOn(row -> row.getAs("rule").equals("INCOMPLETE_BUDGET"))
        .extracting(row -> row.<String>getAs("message"))
        .containsExactly(
            "Cannot read tensor 'layers.1.weight' of a.safetensors at byte "
                + (8 + HEADER + (256L << 20))
                + ": its file takes more of the run than it may, of whose 536870912 bytes of weights 268435456 are in the report; look at the store, or allow more with --conf spark.ckptaudit.file.seconds=N or spark.ckptaudit.file.bytes=N");
  }
}
