package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.Product;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bin/ckpt-audit} as typed. */
@Timeout(600)
@Tag("full")
class LauncherIT {

  private static final String ORIGINAL = sample("1-original-bf16");
  private static final String FAULTY = sample("4-faulty-bf16");

  /** ASCII here, since this JVM may have a locale that cannot spell the folder either. */
  private static final String AUDIT =
      "exec \"$0\" audit \"$1\" --run-id run --master 'local[1]'"
          + " --report \"$2\"/$'bericht \\xc3\\xbc 100% fertig'";

  @TempDir static Path folder;

  private static Path report;
  private static ChildProcess.Ended faulty;

  private static String sample(String name) {
    return Product.ROOT.resolve("sample-data").resolve(name).toAbsolutePath().toString();
  }

  @BeforeAll
  static void auditIntoAFolderWithAnAwkwardName() throws Exception {
    Path awkward = Files.createDirectory(folder.resolve("awkward"));
    faulty =
        ChildProcess.run(
            List.of("bash", "-c", AUDIT, Product.launcher().toString(), FAULTY, "" + awkward),
            Map.of("LC_ALL", "C", "CKPT_AUDIT_JAVA_OPTS", "-XX:TieredStopAtLevel=1"),
            Duration.ofMinutes(5));
    try (var inside = Files.list(awkward)) {
      report = inside.findFirst().orElse(awkward);
    }
  }

  @Test
  void auditsWithOneCoreAsWithTwo() {
    assertThat(faulty.exitCode()).as(faulty.err()).isEqualTo(10);
    assertThat(faulty.out()).contains("VERDICT: findings", "exit code 10, fail on error");
    Path inProcess = folder.resolve("in-process");
    Audits.audits().run(inProcess, FAULTY);
    assertThat(Audits.digests(report)).isEqualTo(Audits.digests(inProcess));
  }

  /** This JVM has the fast twins and two cores; small, F32, gradients and every dtype there is. */
  @Test
  void bothTwinsOfTheKernelsWriteTheSameTablesOnOneCoreAndTwo() throws Exception {
    String[] checkpoints = {
      FAULTY, fixture("llama-fp32-master"), fixture("gradients"), fixture("all-dtypes")
    };
    Path fast = folder.resolve("fast");
    Audits.audits().run(fast, checkpoints);
    Path scalar = folder.resolve("scalar");
    List<String> words = new ArrayList<>(List.of("audit"));
    words.addAll(List.of(checkpoints));
    words.addAll(List.of("--report", scalar.toString(), "--run-id", "run"));
    words.addAll(List.of("--master", "local[1]", "--split-size", "16KiB"));
    ChildProcess.Ended ended =
        Product.launch(
            Map.of("CKPT_AUDIT_JAVA_OPTS", "-Dckptaudit.kernels=scalar"),
            words.toArray(String[]::new));
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(10);
    assertThat(Audits.digests(scalar)).isEqualTo(Audits.digests(fast));
  }

  private static String fixture(String name) {
    return Fixtures.path(name).toString();
  }

  @Test
  void aFolderIsNamedAsTypedInAnyLocale() {
    assertThat(report.toUri().getRawPath()).endsWith("/bericht%20%C3%BC%20100%25%20fertig/");
    assertThat(faulty.out()).contains("bericht \u00fc 100% fertig");
  }

  @Test
  void cleanWeightsExitZero() throws Exception {
    ChildProcess.Ended ended =
        Product.launch("audit", ORIGINAL, "--report", folder.resolve("clean").toString());
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("VERDICT: clean", "exit code 0, fail on error");
  }

  /** Each has the flags that Spark needs, and takes no option for given that is not. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "compare REPORT@run REPORT@run --report OUT --fail-on never | in all 39 pairs",
        "scales GRADIENTS --report OUT    | headroom",
        "updates BEFORE AFTER --report OUT | updates",
      })
  void whatNeedsSparkRuns(String typed, String contains) throws Exception {
    ChildProcess.Ended ended = Product.launch(arguments(typed.trim()));
    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
    assertThat(ended.out()).contains(contains).doesNotContain("INCOMPLETE");
  }

  @ParameterizedTest
  @DisplayName("O22: gate exits by the stored verdict, at once as all that starts no Spark")
  @CsvSource(
      delimiter = '|',
      value = {
        "0  | --help                       | Exit codes: 0 clean",
        "0  | --version                    | ckpt-audit 0.1.0",
        "0  | formats                      | BF16",
        "0  | explain 65520                | F16",
        "0  | show REPORT                  | VERDICT: findings",
        "0  | show REPORT --run run        | VERDICT: findings",
        "10 | gate REPORT                  | run: findings",
        "13 | gate NOWHERE                 | No run in",
        "0  | verify REPORT --quick        | all files are there and whole",
        "13 | verify NOWHERE --quick       | No run in",
        "2  | show NOWHERE                 | No run in",
        "2  | show REPORT --run other      | No run 'other' in",
        "0  | audit --dry-run ORIGINAL     | bytes to read",
        "2  | audit NOWHERE --report OUT   | no such file or folder; check the spelling",
        "2  | audit ORIGINAL               | Missing --report DIR",
        "2  | audit ORIGINAL --bogus       | Unknown option: '--bogus'",
        "2  | audit ORIGINAL --report OUT --run-id Two_Words | Invalid run id 'Two_Words'",
        "2  | adit                         | adit",
      })
  void answersAtOnce(int exitCode, String typed, String contains) throws Exception {
    Path classes = Files.createTempFile(folder, "classes", ".log");
    ChildProcess.Ended ended =
        Product.launch(
            Map.of("CKPT_AUDIT_JAVA_OPTS", "-Xlog:class+load:file=" + classes),
            arguments(typed.trim()));
    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isEqualTo(exitCode);
    assertThat(ended.out() + ended.err()).contains(contains).doesNotContain("\tat ", "\\u0009at ");
    assertThat(Files.readAllLines(classes))
        .anyMatch(line -> line.contains(" io.ckptaudit.job.cli.Main "))
        .noneMatch(line -> line.contains(" org.apache.spark."));
  }

  private static String[] arguments(String typed) {
    String[] words = typed.split(" ", -1);
    for (int i = 0; i < words.length; i++) {
      words[i] =
          switch (words[i]) {
            case "REPORT@run" -> report + "@run";
            case "GRADIENTS" -> fixture("gradients");
            case "BEFORE" -> fixture("training/step-1000");
            case "AFTER" -> fixture("training/step-1001");
            case "REPORT" -> report.toUri().toString();
            case "NOWHERE" -> folder.resolve("nowhere").toString();
            case "OUT" -> folder.resolve("out").toString();
            case "ORIGINAL" -> ORIGINAL;
            default -> words[i];
          };
    }
    return words;
  }
}
