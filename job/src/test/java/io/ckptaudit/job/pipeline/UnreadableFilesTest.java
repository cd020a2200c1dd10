package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.SummaryText;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.udfs.arrow.ArrowMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shard that goes away or changes under the audit costs its own rows, and nothing else. */
@Tag("full")
class UnreadableFilesTest {

  private static final String VICTIM = "model-00002-of-00004.safetensors";

  @TempDir Path folder;

  private Path checkpoint(String name) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(name));
    try (var files = Files.list(Fixtures.path("llama-hf-bf16"))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName().toString()));
      }
    }
    return copy;
  }

  private RunVerdict runWithoutVictim(String name, long splitBytes) throws IOException {
    Path checkpoint = checkpoint(name);
    return Audits.audits()
        .splitBytes(splitBytes)
        .beforeReading(() -> delete(checkpoint.resolve(VICTIM)))
        .run(folder.resolve(name + "-report"), checkpoint.toString());
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theOthersAreAuditedAndTheRunIsIncomplete() throws IOException {
    RunVerdict verdict = runWithoutVictim("gone", 1 << 20);
    Path report = folder.resolve("gone-report");
    assertThat(verdict.verdict()).isEqualTo("incomplete");
    assertThat(verdict.exitCode()).isEqualTo(12);
    List<Row> tensors = Audits.rows(report, Table.TENSORS);
    assertThat(tensors).hasSize(30);
    List<Row> unread = tensors.stream().filter(row -> row.getAs("nan") == null).toList();
    assertThat(unread).hasSize(8);
    assertThat(verdict.bytesRead())
        .isEqualTo(357_248 - unread.stream().mapToLong(row -> row.<Long>getAs("bytes")).sum());
    assertThat(Audits.rows(report, Table.FILES))
        .filteredOn(row -> row.getAs("status").equals("unreadable"))
        .extracting(row -> row.<String>getAs("file"))
        .containsExactly(VICTIM);
    assertThat(SummaryText.of(verdict, "report")).contains("floating values were counted");
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  @Test
  void theFindingHasItsFourPartsAndNoPlace() throws IOException {
    runWithoutVictim("gone", 1 << 20);
    Row finding =
        Audits.rows(folder.resolve("gone-report"), Table.FINDINGS).stream()
            .filter(row -> row.getAs("severity").equals("ERROR"))
            .findFirst()
            .orElseThrow();
    assertThat(finding.<String>getAs("rule")).isEqualTo("GONE");
    assertThat(finding.<String>getAs("message"))
        .isEqualTo(
            "Cannot read tensor '"
                + finding.getAs("tensor")
                + "' of "
                + VICTIM
                + " at byte "
                + finding.getAs("byte_offset")
                + ": it is no longer there; keep writers away and run the audit again");
  }

  @Test
  void theReportOfAFaultDoesNotDependOnSplitsOrPlace() throws IOException {
    runWithoutVictim("here", 1 << 20);
    runWithoutVictim("elsewhere", 2048);
    Map<String, String> here = Audits.digests(folder.resolve("here-report"));
    assertThat(Audits.digests(folder.resolve("elsewhere-report"))).isEqualTo(here);
  }

  /** Read a second time, as it is then: in the place of its weights is nothing. */
  @Test
  void o15_aFileCutShortMeanwhileIsReadAsItIsThen() throws IOException {
    Path checkpoint = checkpoint("cut");
    Path report = folder.resolve("cut-report");
    RunVerdict verdict =
        Audits.audits()
            .beforeReading(() -> change(checkpoint.resolve(VICTIM), 4096))
            .run(report, checkpoint.toString());
    assertThat(verdict.exitCode()).isEqualTo(10);
    Path again = folder.resolve("cut-again");
    Audits.audits().run(again, checkpoint.toString());
    assertThat(Audits.digests(report)).isEqualTo(Audits.digests(again));
  }

  @Test
  void o15_aFileThatGrewMeanwhileIsReadAsItIsThen() throws IOException {
    Path checkpoint = checkpoint("grown");
    Path report = folder.resolve("grown-report");
    Audits.audits()
        .beforeReading(() -> change(checkpoint.resolve(VICTIM), 200_000))
        .run(report, checkpoint.toString());
    Path again = folder.resolve("grown-again");
    Audits.audits().run(again, checkpoint.toString());
    assertThat(Audits.digests(report)).isEqualTo(Audits.digests(again));
    assertThat(Audits.rows(report, Table.FINDINGS))
        .extracting(row -> row.<String>getAs("rule"))
        .doesNotContain("CHANGED_DURING_AUDIT");
  }

  /** Cut or lengthened with zeros. */
  private static void change(Path file, long length) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
      channel.write(ByteBuffer.wrap(new byte[] {1}), length - 1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void o15_aStaleChecksumFileIsNotLookedAt() throws IOException {
    Path checkpoint = checkpoint("crc");
    Files.writeString(checkpoint.resolve("." + VICTIM + ".crc"), "crc\0 of something else");
    Path report = folder.resolve("crc-report");
    assertThat(Audits.audits().run(report, checkpoint.toString()).exitCode()).isZero();
    Path plain = folder.resolve("plain-report");
    Audits.audits().run(plain, Fixtures.path("llama-hf-bf16").toString());
    assertThat(Audits.digests(report)).isEqualTo(Audits.digests(plain));
  }

  @Test
  void aTensorNamedLikeTheModelIsALayerOfItsOwn() throws IOException {
    Path file = folder.resolve("odd.safetensors");
    Files.write(
        file,
        SafetensorsBytes.file()
            .tensor("(model).weight", "BF16", (short) 0x3F80)
            .tensor("lm_head.weight", "BF16", (short) 0x4000, (short) 0x4040)
            .bytes());
    RunVerdict verdict = Audits.audits().run(folder.resolve("odd-report"), file.toString());
    assertThat(verdict.checkpoints().get(0).model().elements()).isEqualTo(3);
    assertThat(Audits.rows(folder.resolve("odd-report"), Table.LAYERS))
        .extracting(row -> row.<Long>getAs("elements"))
        .containsExactlyInAnyOrder(1L, 2L, 3L);
  }
}
