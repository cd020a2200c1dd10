package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files and folders of a local disk that the user of the program may not read or write. */
@Timeout(300)
@Tag("full")
class PermissionsIT {

  private static final String VICTIM = "model-00002-of-00004.safetensors";

  private static final String DENIED =
      ": access to it is denied; grant the right to read it and run the audit again";

  /** Of Linux. Takes from root what lets it read and write whatever the permissions say. */
  private static final List<String> BOUND =
      List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search");

  @TempDir Path folder;

  private Path models;

  @BeforeEach
  void copy() throws IOException {
    models = folder.resolve("models");
    for (String name : List.of("a", "b", "c")) {
      Path copy = Files.createDirectories(models.resolve(name));
      try (var files = Files.list(Fixtures.path("llama-hf-bf16"))) {
        for (Path file : files.toList()) {
          Files.copy(file, copy.resolve(file.getFileName().toString()));
        }
      }
    }
  }

  private static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  @AfterEach
  void permitAll() throws IOException {
    permit(models.resolve("b"), "rwx------");
  }

  private static ChildProcess.Ended launch(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      command.addAll(BOUND);
    }
    command.add(Product.launcher().toString());
    command.addAll(List.of(arguments));
    return ChildProcess.run(
        command,
        Map.of("CKPT_AUDIT_JAVA_OPTS", "-XX:TieredStopAtLevel=1"),
        Duration.ofSeconds(120));
  }

  @Test
  @DisplayName("O15: a file and a folder that may not be read, in a tree")
  void theOthersAreAudited() throws Exception {
    permit(models.resolve("a").resolve(VICTIM), "-wx------");
    permit(models.resolve("b"), "---------");
    Path report = folder.resolve("report");
    ChildProcess.Ended ended =
        launch("audit", models + "/*", "--report", "" + report, "--master", "local[2]");
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(Audits.rows(report, Table.FINDINGS))
        .filteredOn(row -> row.getAs("severity").equals("ERROR"))
        .extracting(
            row -> row.<String>getAs("checkpoint").replaceFirst(".*/", ""),
            row -> row.getAs("rule"),
            row -> row.getAs("message"))
        .containsExactlyInAnyOrder(
            tuple("a", "IO_DENIED", "Cannot read the header in " + VICTIM + DENIED),
            tuple("b", "IO_DENIED", "Cannot list the folder" + DENIED));
    assertThat(Audits.rows(report, Table.TENSORS)).hasSize(22 + 30);
  }

  @Test
  @DisplayName("O7: a report that may not be written")
  void theReportIsRefusedInOneSentence() throws Exception {
    Path report = Files.createDirectory(folder.resolve("report"));
    permit(report, "r-xr-xr-x");
    ChildProcess.Ended ended =
        launch("audit", "" + models.resolve("c"), "--report", "" + report, "--master", "local[2]");
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(13);
    assertThat(ended.err().lines().filter(line -> line.startsWith("Cannot publish")))
        .singleElement()
        .asString()
        .startsWith("Cannot publish the report to " + report + ": ")
        .contains("Mkdirs failed to create file:" + report + "/_runs/")
        .endsWith("; make the folder writable or choose another with --report");
    assertThat(ended.out()).contains("VERDICT: clean", "no report: it could not be published");
    assertThat(report).isEmptyDirectory();
  }
}
