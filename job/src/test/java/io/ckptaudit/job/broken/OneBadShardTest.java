package io.ckptaudit.job.broken;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.SummaryMarkdown;
import io.ckptaudit.job.report.SummaryText;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four shards of which one is broken: three are audited, and the summary says what is missing. */
@Tag("full")
class OneBadShardTest {

  private static final String BAD = "model-00002-of-00004.safetensors";
  private static final int TENSORS = 30;
  private static final int IN_BAD = 8;

  @TempDir static Path folder;

  private static RunVerdict run;

  @BeforeAll
  static void audit() throws IOException {
    overwriteLength(copy("header"));
    Path noIndex = copy("header-no-index");
    overwriteLength(noIndex);
    Files.delete(noIndex.resolve("model.safetensors.index.json"));
    Path cut = copy("cut");
    try (FileChannel file = FileChannel.open(cut.resolve(BAD), StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 1);
    }
    Path gone = copy("gone");
    Files.delete(gone.resolve(BAD));
    copy("whole");
    run =
        Audits.audits()
            .targets(Target.F16)
            .run(folder.resolve("report"), folder + "/checkpoints/*");
  }

  private static Path copy(String name) throws IOException {
    Path copy = Files.createDirectories(folder.resolve("checkpoints").resolve(name));
    try (var files = Files.list(Fixtures.path("llama-hf-bf16"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName().toString()));
      }
    }
    return copy;
  }

  private static void overwriteLength(Path checkpoint) throws IOException {
    try (FileChannel file = FileChannel.open(checkpoint.resolve(BAD), StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(8).putLong(0, -1));
    }
  }

  private static List<Row> tensors(String checkpoint) {
    return Audits.rows(folder.resolve("report"), Table.TENSORS).stream()
        .filter(row -> row.<String>getAs("checkpoint").endsWith("/" + checkpoint))
        .toList();
  }

  /** The summary of one checkpoint on one line. */
  private static String text(String checkpoint) {
    return summary(checkpoint).lines().map(String::strip).collect(Collectors.joining(" "));
  }

  private static String summary(String checkpoint) {
    RunVerdict alone =
        new RunVerdict(
            run.contractVersion(),
            run.runId(),
            run.version(),
            run.started(),
            run.finished(),
            run.verdict(),
            run.exitCode(),
            run.failOn(),
            run.bytesRead(),
            run.config(),
            run.checkpoints().stream()
                .filter(one -> one.checkpoint().endsWith("/" + checkpoint))
                .toList());
    return SummaryText.of(alone, "report");
  }

  @Test
  void theOtherThreeAreAudited() {
    assertThat(run.exitCode()).isEqualTo(10);
    assertThat(tensors("whole")).hasSize(TENSORS);
    assertThat(tensors("header"))
        .hasSize(TENSORS - IN_BAD)
        .allSatisfy(row -> assertThat(row.<Long>getAs("nan")).isZero())
        .allSatisfy(row -> assertThat(row.getList(row.fieldIndex("shards"))).doesNotContain(BAD));
    assertThat(tensors("cut")).hasSize(TENSORS - 1);
  }

  @Test
  void theSummarySaysWhatIsMissing() {
    String all = "Not in these figures: 8 tensors of 1 of 4 files, " + BAD + " ERROR";
    assertThat(text("header")).contains(all);
    assertThat(text("gone")).contains(all);
    assertThat(text("cut")).contains("Not in these figures: 1 tensor of 1 of 4 files, " + BAD);
    assertThat(text("header-no-index"))
        .contains("Not in these figures: tensors that no index names of 1 of 4 files, " + BAD);
    assertThat(text("whole")).doesNotContain("Not in these figures");
    assertThat(summary("header").lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(81));
  }

  @Test
  void soDoesWhatIsStored() {
    assertThat(SummaryMarkdown.of(run))
        .contains("\nNot in these figures: 8 tensors of 1 of 4 files, `" + BAD + "`\n");
    String report = folder.resolve("report").toString();
    assertThat(InProcess.run("show", report).out()).contains("Not in these figures: 8 tensors");
    assertThat(InProcess.run("show", report, "--format", "json").out())
        .containsIgnoringWhitespaces(
            "\"missing\":{\"files\":1,\"names\":[\"" + BAD + "\"],\"tensors\":8,\"more\":false}");
    assertThat(InProcess.run("gate", report).exitCode()).isEqualTo(10);
  }
}
