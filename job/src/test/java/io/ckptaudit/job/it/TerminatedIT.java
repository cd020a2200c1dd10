package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.Verification;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.job.testing.SparseModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/ckpt-audit} as a scheduler starts and ends it. */
@Timeout(300)
@Tag("full")
class TerminatedIT {

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration WHOLE_RUN = Duration.ofSeconds(120);

  /** Of 256 MiB each: seconds of reading. */
  private static final int TENSORS = 64;

  @TempDir Path folder;

  private Path launcher;
  private Path weights;

  /** One without the class archive, which the first audit makes. */
  @BeforeEach
  void install() throws IOException {
    Path root = Product.ROOT.toAbsolutePath();
    launcher = Files.createDirectories(folder.resolve("product/bin")).resolve("ckpt-audit");
    Files.copy(Product.launcher(), launcher);
    assertThat(launcher.toFile().setExecutable(true)).isTrue();
    Files.createSymbolicLink(folder.resolve("product/conf"), root.resolve("conf"));
    Path target = Files.createDirectories(folder.resolve("product/job/target"));
    for (String property : List.of("ckptaudit.jar", "ckptaudit.classpath")) {
      Path file = Path.of(System.getProperty(property));
      Files.createSymbolicLink(target.resolve(file.getFileName()), file);
    }
    weights = SparseModel.write(folder.resolve("model.safetensors"), TENSORS, 1 << 20);
  }

  private Path report() {
    return folder.resolve("report");
  }

  private Path events(String run) throws IOException {
    return Files.createDirectories(folder.resolve(run + "-events"));
  }

  private List<String> audit(String run) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString(), "audit", "" + weights));
    command.addAll(List.of("--report", "" + report(), "--run-id", run, "--master", "local[2]"));
    for (String setting :
        List.of(
            "enabled=true",
            "dir=" + events(run).toUri(),
            "compress=false",
            "rolling.enabled=false")) {
      command.addAll(List.of("--conf", "spark.eventLog." + setting));
    }
    return command;
  }

  private boolean reads(String run) throws IOException {
    try (var logs = Files.list(events(run))) {
      for (Path log : logs.toList()) {
        if (Files.readString(log, StandardCharsets.ISO_8859_1).contains(": read, ")) {
          return true;
        }
      }
    }
    return false;
  }

  private void assertEndsWhenTold(String run) throws Exception {
    try (ChildProcess program = ChildProcess.start(audit(run), Map.of())) {
      while (program.isRunning() && !reads(run)) {
        Thread.sleep(50);
      }
      ChildProcess.Ended ended = program.terminate(LIMIT);
      assertThat(ended.exitCode()).as(ended.err()).isEqualTo(143);
    }
    assertThat(report().resolve("_runs/" + run + "/manifest.json")).doesNotExist();
  }

  @Test
  @DisplayName("O17: SIGTERM to bin/ckpt-audit, the first time it is used and later")
  void endsWhenToldAndTheSameIdCompletes() throws Exception {
    assertEndsWhenTold("first");
    ChildProcess.Ended retry = ChildProcess.run(audit("first"), Map.of(), WHOLE_RUN);
    assertThat(retry.exitCode()).as(retry.err()).isIn(0, 10);
    assertThat(Verification.of("" + report(), "first", Storages.local()).faults()).isEmpty();
    assertEndsWhenTold("later");
  }
}
