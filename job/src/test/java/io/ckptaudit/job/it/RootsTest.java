package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is named for an audit and is none, or is more than a folder. */
class RootsTest {

  @TempDir Path folder;

  @ParameterizedTest
  @DisplayName("O12: a root without a checkpoint is an error of usage, and nothing is written")
  @CsvSource(
      delimiter = '|',
      value = {
        "nowhere        | Cannot find '%s': no such file or folder; check the spelling",
        "lama/model     | Cannot find '%s': no such file or folder; check the spelling",
        "*.safetensor   | Cannot audit '%s': there is no checkpoint in it or under that name; give",
        "empty          | Cannot audit '%s': there is no checkpoint in it or under that name; give",
        "others         | Cannot audit '%s': there is no checkpoint in it or under that name; give",
        "others/x.onnx  | Cannot audit '%s': there is no checkpoint in it or under that name; give",
      })
  void nothingToAudit(String root, String message) throws Exception {
    Files.createDirectory(folder.resolve("empty"));
    Files.createDirectory(folder.resolve("others"));
    Files.writeString(folder.resolve("others/README.md"), "weights are elsewhere");
    Files.writeString(folder.resolve("others/x.onnx"), "another format");
    Path report = folder.resolve("report");
    for (String[] more : new String[][] {{"--report", "" + report}, {"--dry-run"}}) {
      String[] command = new String[more.length + 2];
      command[0] = "audit";
      command[1] = folder + "/" + root;
      System.arraycopy(more, 0, command, 2, more.length);
      ChildProcess.Ended ended = InProcess.run(command);
      assertThat(ended.exitCode()).as(ended.err()).isEqualTo(2);
      assertThat(ended.err()).contains(message.formatted(folder + "/" + root));
    }
    assertThat(report).doesNotExist();
  }

  @Test
  @Tag("full")
  @DisplayName("O12: a single file is audited as in its folder")
  void aFileIsARoot() throws Exception {
    Path fixture = Fixtures.path("all-dtypes");
    Path file;
    try (var files = Files.list(fixture)) {
      file = files.filter(f -> f.toString().endsWith(".safetensors")).findFirst().orElseThrow();
    }
    Audits.audits().run(folder.resolve("of-folder"), fixture.toString());
    Audits.audits().run(folder.resolve("of-file"), file.toString());
    assertThat(Audits.digests(folder.resolve("of-file")))
        .isEqualTo(Audits.digests(folder.resolve("of-folder")));
  }

  /** A task has at least what a split may have: two for these bytes, on any number of cores. */
  @Test
  void aDryRunStatesFilesBytesTasksAndTheTimeAtTheRate() {
    String fixture = Fixtures.path("llama-hf-bf16").toString();
    ChildProcess.Ended slow =
        InProcess.run("audit", fixture, "--dry-run", "--split-size", "180KiB", "--rate", "1KiB");
    assertThat(slow.exitCode()).as(slow.err()).isZero();
    assertThat(slow.out())
        .isEqualTo(
            """
            checkpoints    1
            files          4
            tensors        30
            bytes to read  357,248
            splits         30
            tasks          2
            expected       348.9 s of reading at 0.00 GB/s, as given
            """);
    assertThat(InProcess.run("audit", fixture, "--dry-run", "--rate", "2GiB").out())
        .contains("\nexpected       0.0 s of reading at 2.15 GB/s, as given\n");
  }

  @Test
  void aDryRunAssumesTheRateOfTheCores() {
    String fixture = Fixtures.path("all-dtypes").toString();
    double rate = 1.5 * Runtime.getRuntime().availableProcessors();
    assertThat(InProcess.run("audit", fixture, "--dry-run").out())
        .contains(
            String.format(
                Locale.ROOT,
                "\nexpected       0.0 s of reading at %.2f GB/s, assumed for the cores of this machine",
                rate));
    ChildProcess.Ended ended = InProcess.run("audit", fixture, "--dry-run", "--rate", "0");
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("Invalid --rate 0: give bytes a second, such as 2GiB");
  }
}
