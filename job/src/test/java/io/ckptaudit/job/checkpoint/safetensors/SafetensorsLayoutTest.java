package io.ckptaudit.job.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.ShardStatus;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.InMemoryFile;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Rows S15 to S18, S23 and H1 of the test plan, and what is capped. */
class SafetensorsLayoutTest {
  private static final byte[] FOUR = new byte[4];

  private static ShardHeader read(byte[] file) throws IOException {
    return new ShardScan(new InMemoryFile(file), "m.safetensors").header();
  }

  private static Problem only(ShardHeader header) {
    assertThat(header.problems()).hasSize(1);
    return header.problems().get(0);
  }

  private static long dataStart(SafetensorsBytes file, int dataBytes) {
    return file.bytes().length - dataBytes;
  }

  @Test
  void s15_overlapIsReportedOnceWithItsCount() throws Exception {
    SafetensorsBytes file = SafetensorsBytes.file().data(new byte[8]);
    for (int i = 0; i < 100_000; i++) {
      file.entry("t" + i, "F32", new long[] {2}, 0, 8);
    }
    byte[] bytes = file.bytes();
    ShardHeader read = CpuTime.within(10, () -> read(bytes));
    assertThat(only(read).rule()).isEqualTo("ST_OVERLAP");
    assertThat(only(read).message())
        .isEqualTo(
            "Cannot tell whose bytes they are: tensor 't1' in m.safetensors at byte %s: its range [0, 8) overlaps [0, 8) of 't0', as do 99998 more; only the first of them is audited; do not trust the file; get it from its source"
                .formatted(dataStart(file, 8)));
    assertThat(read.tensors()).extracting(TensorEntry::name).containsExactly("t0");
  }

  @Test
  void s15_partialOverlapKeepsWhatDoesNotTouch() throws IOException {
    SafetensorsBytes file =
        SafetensorsBytes.file()
            .entry("a", "U8", new long[] {4}, 0, 4)
            .entry("b", "U8", new long[] {4}, 2, 6)
            .entry("c", "U8", new long[] {4}, 4, 8)
            .entry("inside", "U8", new long[] {0}, 1, 1)
            .data(new byte[8]);
    ShardHeader read = read(file.bytes());
    assertThat(only(read).message())
        .contains("its range [1, 1) overlaps [0, 4) of 'a', as do 1 more");
    assertThat(read.tensors()).extracting(TensorEntry::name).containsExactly("a", "inside", "c");
  }

  @Test
  void s16_holes() throws IOException {
    SafetensorsBytes file =
        SafetensorsBytes.file()
            .entry("a", "U8", new long[] {4}, 8, 12)
            .entry("b", "U8", new long[] {4}, 14, 18)
            .data(new byte[18]);
    long start = dataStart(file, 18);
    ShardHeader read = read(file.bytes());
    assertThat(read.problems())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot account for the bytes in m.safetensors at byte %s: no tensor covers bytes [%s, %s); look at what is hidden there; get the file from its source"
                .formatted(start, start, start + 8),
            "Cannot account for the bytes in m.safetensors at byte %s: no tensor covers bytes [%s, %s); look at what is hidden there; get the file from its source"
                .formatted(start + 12, start + 12, start + 14));
    assertThat(read.problems()).extracting(Problem::rule).containsOnly("ST_HOLE");
    assertThat(read.tensors()).extracting(TensorEntry::name).containsExactly("a", "b");
    assertThat(read.tensors().get(1).slices().get(0).offset()).isEqualTo(start + 14);
  }

  @Test
  void s17_appendedArchive() throws IOException {
    SafetensorsBytes file = SafetensorsBytes.file().tensor("a", "F32", new long[] {1}, FOUR);
    long end = file.bytes().length;
    ShardHeader read =
        read(file.data("PK\3\4 and more".getBytes(StandardCharsets.ISO_8859_1)).bytes());
    assertThat(only(read).rule()).isEqualTo("ST_TRAILING");
    assertThat(only(read).message())
        .isEqualTo(
            "Cannot account for the end of the file in m.safetensors at byte %s: 13 bytes follow the last tensor, which begin like a ZIP archive; look at what is hidden there; get the file from its source"
                .formatted(end));
    assertThat(read.tensors()).extracting(TensorEntry::name).containsExactly("a");
    Problem pdf =
        only(
            read(
                SafetensorsBytes.file()
                    .data("%PDF-1.7".getBytes(StandardCharsets.US_ASCII))
                    .bytes()));
    assertThat(pdf.message())
        .contains("8 bytes follow the last tensor, which begin like a PDF document");
  }

  @Test
  void s18_truncatedData() throws IOException {
    SafetensorsBytes file =
        SafetensorsBytes.file()
            .tensor("a", "F32", new long[] {1}, FOUR)
            .tensor("b", "F32", new long[] {1}, FOUR)
            .tensor("c", "F32", new long[] {1}, FOUR);
    int length = file.bytes().length;
    ShardHeader read = read(file.bytesWithoutLast(5));
    assertThat(only(read).rule()).isEqualTo("ST_TRUNCATED");
    assertThat(only(read).message())
        .isEqualTo(
            "Cannot audit 2 incomplete tensors, first 'b' in m.safetensors at byte %s: the file should have at least %s bytes and has %s; download the file again; the other tensors are audited"
                .formatted(length - 5, length, length - 5));
    assertThat(read.tensors()).extracting(TensorEntry::name).containsExactly("a");
    assertThat(read.status()).isEqualTo(ShardStatus.DAMAGED);
  }

  @Test
  void aRangeNearTheLargestLongIsJustBeyondTheFile() throws IOException {
    long huge = Long.MAX_VALUE - 4;
    ShardHeader read =
        read(
            SafetensorsBytes.file()
                .tensor("a", "F32", new long[] {1}, FOUR)
                .entry("b", "F32", new long[] {1}, huge, huge + 4)
                .bytes());
    assertThat(only(read).rule()).isEqualTo("ST_TRUNCATED");
    assertThat(only(read).message()).contains("should have at least 9223372036854775");
    assertThat(read.tensors()).extracting(TensorEntry::name).containsExactly("a");
  }

  @Test
  void s23_aMillionTensors() throws Exception {
    SafetensorsBytes file = SafetensorsBytes.file().data(new byte[1_000_000]);
    for (int i = 0; i < 1_000_000; i++) {
      String range = "\"data_offsets\":[" + i + "," + (i + 1) + "]}";
      file.rawEntry(
          "\"model.layers.0.experts." + i + "\":{\"dtype\":\"U8\",\"shape\":[1]," + range);
    }
    byte[] bytes = file.bytes();
    assertThat(bytes.length).isGreaterThan(75_000_000).isLessThan(100_000_000);
    ShardHeader read = CpuTime.within(10, () -> read(bytes));
    assertThat(read.problems()).isEmpty();
    assertThat(read.tensors()).hasSize(1_000_000);
  }

  @Test
  void problemsOfOneRuleAreCapped() throws IOException {
    SafetensorsBytes file = SafetensorsBytes.file();
    for (int i = 0; i < 5000; i++) {
      file.entry("t" + i, "F7", new long[] {1}, 0, 0);
    }
    ShardHeader read = read(file.bytes());
    assertThat(read.problems()).hasSize(101);
    assertThat(read.problems())
        .extracting(Problem::message)
        .contains(
            "Cannot list every ST_DTYPE in m.safetensors: 4900 more; look at the first 100 of them");
  }

  @Test
  void h1_otherFilesAreNamed() throws IOException {
    String pointer =
        "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 9976576152\n";
    Problem lfs = kind(pointer.getBytes(StandardCharsets.US_ASCII), ShardStatus.NOT_DOWNLOADED);
    assertThat(lfs.rule()).isEqualTo("NOT_DOWNLOADED");
    assertThat(lfs.message())
        .isEqualTo(
            "Cannot audit the file in m.safetensors at byte 0: it is a Git LFS pointer for sha256:4d7a2146 of 9976576152 bytes; download the weights from their source");
    assertKind("<!DOCTYPE html><html><body>404</body></html>", "an HTML page");
    assertKind("{\"error\":\"Repository not found\"}", "a JSON document");
    assertKind("PK\3\4..............................", "a ZIP archive");
    assertKind("GGUF\3\0\0\0\1\0\0\0\1\0\0\0", "a GGUF file");
    ShardHeader zeros = read(new byte[4096]);
    assertThat(zeros.problems())
        .extracting(Problem::rule)
        .containsExactly("NOT_A_CHECKPOINT", "ST_HEADER_JSON");
    assertThat(zeros.problems().get(0).message()).contains("it is nothing but zero bytes");
    assertThat(zeros.status()).isEqualTo(ShardStatus.NOT_A_CHECKPOINT);
  }

  private static void assertKind(String content, String kind) throws IOException {
    Problem problem =
        kind(content.getBytes(StandardCharsets.ISO_8859_1), ShardStatus.NOT_A_CHECKPOINT);
    assertThat(problem.rule()).isEqualTo("NOT_A_CHECKPOINT");
    assertThat(problem.severity()).isEqualTo(Severity.ERROR);
    assertThat(problem.message())
        .isEqualTo(
            "Cannot audit the file in m.safetensors at byte 0: it is %s; download the weights from their source"
                .formatted(kind));
  }

  private static Problem kind(byte[] content, ShardStatus status) throws IOException {
    ShardHeader read = read(content);
    assertThat(read.status()).isEqualTo(status);
    return only(read);
  }
}
