package io.ckptaudit.job.pipeline;

import static io.ckptaudit.job.testing.TorchBytes.dict;
import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Row T23: an archive of zip64 beyond 4 GiB, of which next to nothing lies on the disk. */
@Tag("full")
@Timeout(600)
class LargeArchiveTest {

  private static final long FOUR_GIB = 1L << 32;
  private static final long HALVES = (FOUR_GIB >> 1) + 1_000_003;
  private static final int NARROW = -1;

  @TempDir Path folder;

  /** A member that is written; numbers of 64 bits are in its zip64 fields where they must be. */
  private record Written(String name, int crc, long bytes, long header) {

    /** A central record, with those of its numbers widened that need it. */
    byte[] central() {
      boolean large = bytes >= FOUR_GIB - 1;
      boolean far = header >= FOUR_GIB - 1;
      int wide = (large ? 16 : 0) + (far ? 8 : 0);
      int extra = wide == 0 ? 0 : 4 + wide;
      byte[] text = name.getBytes(StandardCharsets.US_ASCII);
      ByteBuffer out = little(46 + text.length + extra).putInt(0x02014B50).putInt(0);
      out.putShort((short) 0x808).putShort((short) 0).putInt(0).putInt(crc);
      out.putInt(large ? NARROW : (int) bytes).putInt(large ? NARROW : (int) bytes);
      out.putShort((short) text.length).putShort((short) extra).putShort((short) 0);
      out.putShort((short) 0).putShort((short) 0).putInt(0);
      out.putInt(far ? NARROW : (int) header).put(text);
      if (extra > 0) {
        out.putShort((short) 1).putShort((short) wide);
      }
      if (large) {
        out.putLong(bytes).putLong(bytes);
      }
      if (far) {
        out.putLong(header);
      }
      return out.array();
    }
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Writes members with holes in place of zeros. */
  private static final class Archive {
    private final FileChannel file;
    private final List<Written> members = new ArrayList<>();
    private long at;

    Archive(FileChannel file) {
      this.file = file;
    }

    private void write(byte[] bytes) throws IOException {
      file.write(ByteBuffer.wrap(bytes), at);
      at += bytes.length;
    }

    /** So many zeros and then the content; where they begin. */
    long add(String name, long zeros, byte[] content) throws IOException {
      long header = at;
      byte[] text = name.getBytes(StandardCharsets.US_ASCII);
      ByteBuffer local = little(30 + text.length).putInt(0x04034B50).putShort((short) 45);
      local.putShort((short) 0x808).putShort((short) 0).putInt(0).putInt(0).putLong(0);
      write(local.putShort((short) text.length).putShort((short) 0).put(text).array());
      long data = at;
      at += zeros;
      write(content);
      long bytes = zeros + content.length;
      int crc = crc(zeros, content);
      boolean large = bytes >= FOUR_GIB - 1;
      ByteBuffer after = little(large ? 24 : 16).putInt(0x08074B50).putInt(crc);
      if (large) {
        after.putLong(bytes).putLong(bytes);
      } else {
        after.putInt((int) bytes).putInt((int) bytes);
      }
      write(after.array());
      members.add(new Written(name, crc, bytes, header));
      return data;
    }

    private static int crc(long zeros, byte[] content) {
      CRC32 crc = new CRC32();
      byte[] none = new byte[1 << 20];
      for (long left = zeros; left > 0; left -= none.length) {
        crc.update(none, 0, (int) Math.min(left, none.length));
      }
      crc.update(content);
      return (int) crc.getValue();
    }

    void end() throws IOException {
      long directory = at;
      for (Written member : members) {
        write(member.central());
      }
      long bytes = at - directory;
      ByteBuffer end = little(98).putInt(0x06064B50).putLong(44).putShort((short) 45);
      end.putShort((short) 45).putInt(0).putInt(0).putLong(members.size());
      end.putLong(members.size()).putLong(bytes).putLong(directory);
      end.putInt(0x07064B50).putInt(0).putLong(at).putInt(1);
      end.putInt(0x06054B50).putInt(0).putShort((short) members.size());
      end.putShort((short) members.size()).putInt((int) bytes).putInt(NARROW);
      write(end.putShort((short) 0).array());
    }
  }

  @Test
  void offsetsBeyondFourGibAreRight() throws IOException {
    Path path = folder.resolve("large.pth");
    byte[] pickle =
        dict(
            p -> {
              p.text("large").vector("HalfStorage", "0", HALVES);
              p.text("tail").vector("FloatStorage", "1", 4);
            });
    byte[] one = {0, 0x3C};
    ByteBuffer tail = little(16).putFloat(1).putFloat(-7).putFloat(Float.NaN).putFloat(3);
    long largeAt;
    long tailAt;
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      Archive archive = new Archive(file);
      archive.add("large/data.pkl", 0, pickle);
      largeAt = archive.add("large/data/0", 2 * HALVES - 2, one);
      tailAt = archive.add("large/data/1", 0, tail.array());
      archive.add("large/version", 0, new byte[] {'3', '\n'});
      archive.end();
    }
    assertThat(tailAt).isGreaterThan(FOUR_GIB);
    RunVerdict verdict =
        Audits.audits().targets(Target.BF16).run(folder.resolve("report"), path.toString());
    assertThat(verdict.exitCode()).isEqualTo(10);
    assertThat(verdict.bytesRead()).isEqualTo(2 * HALVES + 16);
    assertThat(verdict.checkpoints().get(0).missing()).isNull();
    assertTensors();
    assertFindings(largeAt, tailAt);
  }

  private void assertTensors() {
    List<Row> tensors = Audits.rows(folder.resolve("report"), Table.TENSORS);
    assertThat(tensors).hasSize(2);
    for (Row tensor : tensors) {
      boolean large = tensor.getAs("tensor").equals("large");
      assertThat(tensor.<Long>getAs("elements")).isEqualTo(large ? HALVES : 4);
      assertThat(tensor.<Long>getAs("zero")).isEqualTo(large ? HALVES - 1 : 0);
      assertThat(tensor.<Double>getAs("max")).isEqualTo(large ? 1 : 3);
      assertThat(tensor.<Long>getAs("max_index")).isEqualTo(large ? HALVES - 1 : 3);
      assertThat(tensor.<Long>getAs("nan")).isEqualTo(large ? 0 : 1);
      assertThat(tensor.<Long>getAs("crc32c")).isNotNull();
    }
  }

  /** Nothing is wrong with the archive; the one NaN is at its place. */
  private void assertFindings(long largeAt, long tailAt) {
    List<Row> findings = Audits.rows(folder.resolve("report"), Table.FINDINGS);
    assertThat(findings)
        .extracting(row -> row.<String>getAs("rule"))
        .noneMatch(rule -> rule.startsWith("ZIP") || rule.startsWith("PT_"));
    assertThat(findings)
        .filteredOn(row -> row.getAs("severity").equals("ERROR"))
        .singleElement()
        .satisfies(
            row -> {
              assertThat(row.<String>getAs("rule")).isEqualTo("NON_FINITE");
              assertThat(row.<Long>getAs("byte_offset")).isEqualTo(tailAt + 8);
            });
    assertThat(largeAt).isLessThan(FOUR_GIB);
  }
}
