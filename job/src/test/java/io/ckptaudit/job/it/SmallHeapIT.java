package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.PeakMemory;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.job.testing.SparseModel;
import io.ckptaudit.job.testing.StandaloneCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  /** Anything else that a worker starts is smaller. */
  private static final long SMALLEST_EXECUTOR = 100L << 20;

  private static final long LARGEST_EXECUTOR = 3L << 29;

  @TempDir Path folder;

  private Path sparse(String name, long tensors) throws IOException {
    return SparseModel.write(folder.resolve(name), tensors, HEADER);
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
        .allSatisfy(row -> assertThat(row.<Long>getAs("zero")).isEqualTo(SparseModel.ELEMENTS));
  }

  @Test
  void o19_aFileOf500GigabytesIsPlannedInAHeapOfOneGigabyte() throws Exception {
    Path file = sparse("large.safetensors", 1863);
    ChildProcess.Ended ended = Product.launch(ONE_GIGABYTE, "audit", file.toString(), "--dry-run");
    assertThat(ended.exitCode()).as(ended.err()).isIn(0, 10);
    assertThat(ended.out()).contains("bytes to read  500,");
  }

  /** 8 GiB on executors of 1 GiB, whose processes stay within their heap and half as much again. */
  @Test
  void o19_executorsOfOneGigabyteReadAFileOfEight() throws Exception {
    Path file = sparse("model.safetensors", 32);
    Path report = folder.resolve("report");
    List<String> options = new ArrayList<>();
    for (String setting : List.of("executor.memory=1g", "executor.cores=1", "ui.enabled=false")) {
      options.addAll(List.of("--conf", "spark." + setting));
    }
    try (StandaloneCluster cluster =
            StandaloneCluster.start(Files.createDirectories(folder.resolve("spark")), 2);
        PeakMemory memory = PeakMemory.of(cluster::executors)) {
      options.addAll(List.of("--master", cluster.url()));
      List<String> audit = new ArrayList<>(List.of("audit", file.toString(), "--read", "buffered"));
      audit.addAll(List.of("--report", report.toString()));
      ChildProcess.Ended ended =
          Product.submitWith("-Xmx1g", options, audit.toArray(String[]::new));
      assertThat(ended.exitCode()).as(ended.err()).isIn(0, 10);
      assertThat(memory.peaksFrom(SMALLEST_EXECUTOR))
          .hasSize(2)
          .allSatisfy(peak -> assertThat(peak).isLessThan(LARGEST_EXECUTOR));
    }
    assertThat(Audits.rows(report, Table.TENSORS))
        .hasSize(32)
        .allSatisfy(row -> assertThat(row.<Long>getAs("zero")).isEqualTo(SparseModel.ELEMENTS));
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
