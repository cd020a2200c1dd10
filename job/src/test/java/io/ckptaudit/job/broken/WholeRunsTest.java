package io.ckptaudit.job.broken;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs of the program: exit codes of a broken checkpoint, and row S23. */
class WholeRunsTest {

  @TempDir Path folder;

  @Test
  @Tag("full")
  void brokenItExitsWith10UnreadWith12AndRepairedWith0() throws IOException {
    BrokenCase one = BrokenCase.all().get("i4-in-two-shards");
    Path checkpoint = folder.resolve("checkpoint");
    one.writeRepaired(checkpoint);
    ChildProcess.Ended repaired = audit(checkpoint, "repaired");
    assertThat(repaired.exitCode()).as(repaired.err()).isZero();
    assertThat(repaired.out()).contains("VERDICT: clean");

    one.writeBroken(checkpoint);
    ChildProcess.Ended broken = audit(checkpoint, "broken");
    assertThat(broken.exitCode()).as(broken.err()).isEqualTo(10);
    assertThat(broken.out()).contains("VERDICT: findings", "ERROR IX_MISMATCH: ");
    assertThat(InProcess.run("gate", folder + "/report", "--run", "broken").exitCode())
        .isEqualTo(10);

    Files.createSymbolicLink(checkpoint.resolve("c.safetensors"), Path.of("nowhere"));
    ChildProcess.Ended unread = audit(checkpoint, "unread");
    assertThat(unread.exitCode()).as(unread.err()).isEqualTo(12);
    assertThat(unread.out()).contains("VERDICT: incomplete", "ERROR IO_SYMLINK: ");
  }

  private ChildProcess.Ended audit(Path checkpoint, String run) {
    LocalSpark.stop();
    return InProcess.run(
        "audit",
        checkpoint.toString(),
        "--report",
        folder + "/report",
        "--run-id",
        run,
        "--master",
        "local[2]",
        "--targets",
        "F16",
        "--conf",
        "spark.sql.shuffle.partitions=2");
  }

  /** A header of some 80 MB, and a row of the table for each of its tensors. */
  @Test
  @Tag("minutes")
  @Timeout(value = 900, unit = TimeUnit.SECONDS)
  void s23_aMillionTensorsAreAudited() {
    audited(1_000_000);
  }

  @Test
  @Tag("full")
  @Timeout(value = 300, unit = TimeUnit.SECONDS)
  void s23_manyTensorsAreAudited() {
    audited(200_000);
  }

  private void audited(int tensors) {
    SafetensorsBytes file = SafetensorsBytes.file().data(new byte[tensors]);
    for (int i = 0; i < tensors; i++) {
      file.entry("model.layers.0.experts." + i, "U8", new long[] {1}, i, i + 1L);
    }
    file.write(folder.resolve("model.safetensors"));
    RunVerdict run =
        Audits.audits()
            .targets(Target.F16)
            .run(folder.resolve("report"), folder.resolve("model.safetensors").toString());
    assertThat(run.exitCode()).isZero();
    assertThat(run.bytesRead()).isEqualTo(tensors);
    assertThat(
            LocalSpark.session()
                .read()
                .parquet(folder + "/report/" + Table.TENSORS.folder())
                .count())
        .isEqualTo(tensors);
  }
}
