package io.ckptaudit.job.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.fs.CanSetReadahead;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.StreamCapabilities;
import org.junit.jupiter.api.Test;

/** How a range is asked of a stream that fills arrays only, as those of S3A do. */
class HadoopRangeReaderTest {

  private static final int BYTES = 3_000_000;
  private static final int FROM = 1_000;
  private static final int WANTED = 2_500_000;

  private final byte[] content = new byte[BYTES];

  HadoopRangeReaderTest() {
    new Random(7).nextBytes(content);
  }

  /** Gives at most so many bytes a read, as sockets do, and keeps what it was asked. */
  private final class Asked extends FSInputStream implements CanSetReadahead, StreamCapabilities {
    private final boolean canReadAhead;
    private final List<Long> readaheads = new ArrayList<>();
    private final List<Integer> lengths = new ArrayList<>();
    private long position;

    Asked(boolean canReadAhead) {
      this.canReadAhead = canReadAhead;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      lengths.add(length);
      int given = (int) Math.min(Math.min(length, 1_000_000), BYTES - position);
      System.arraycopy(content, (int) position, target, offset, given);
      position += given;
      return given;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("one by one");
    }

    @Override
    public void setReadahead(Long bytes) {
      readaheads.add(bytes);
    }

    @Override
    public boolean hasCapability(String capability) {
      return canReadAhead && capability.equals(StreamCapabilities.READAHEAD);
    }

    @Override
    public void seek(long to) {
      position = to;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public boolean seekToNewSource(long target) {
      return false;
    }
  }

  private void check(Asked stream) throws IOException {
    FileEntry file = new FileEntry("s3a://bucket/a", "a", BYTES, false, true, "");
    ByteBuffer target = ByteBuffer.allocateDirect(WANTED);
    try (HadoopRangeReader reader =
        new HadoopRangeReader(
            file,
            () -> new HadoopRangeReader.Opened(new FSDataInputStream(stream), unchanged -> {}))) {
      reader.readFully(FROM, target);
    }
    assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(content, FROM, WANTED));
  }

  @Test
  void oneRequestIsReadThroughASmallArray() throws IOException {
    Asked stream = new Asked(true);
    check(stream);
    assertThat(stream.readaheads)
        .as("the last, before closing: no rest is worth reading to its end")
        .containsExactly((long) WANTED, 128L << 10);
    assertThat(stream.lengths).allMatch(length -> length <= 128 << 10);
  }

  @Test
  void whereEachReadMayBeARequestReadsAreLong() throws IOException {
    Asked stream = new Asked(false);
    check(stream);
    assertThat(stream.readaheads).isEmpty();
    assertThat(stream.lengths).containsExactly(WANTED, WANTED - 1_000_000, WANTED - 2_000_000);
  }

  /** Pieces of a range that is read front to back. */
  private void readInPieces(Asked stream) throws IOException {
    FileEntry file = new FileEntry("s3a://bucket/a", "a", BYTES, false, true, "");
    try (HadoopRangeReader reader =
        new HadoopRangeReader(
            file,
            () -> new HadoopRangeReader.Opened(new FSDataInputStream(stream), unchanged -> {}))) {
      reader.expect(FROM + WANTED);
      for (int from = FROM; from < FROM + WANTED; from += 500_000) {
        ByteBuffer piece = ByteBuffer.allocateDirect(500_000);
        reader.readFully(from, piece);
        assertThat(piece.flip()).isEqualTo(ByteBuffer.wrap(content, from, 500_000));
      }
    }
  }

  @Test
  void aRangeReadInPiecesIsOneRequest() throws IOException {
    Asked stream = new Asked(true);
    readInPieces(stream);
    assertThat(stream.readaheads.get(0)).isEqualTo(WANTED);
    assertThat(stream.lengths).allMatch(length -> length <= 128 << 10);
  }

  @Test
  void whereEachReadMayBeARequestPiecesAreOfOneLongRead() throws IOException {
    Asked stream = new Asked(false);
    readInPieces(stream);
    assertThat(stream.readaheads).isEmpty();
    assertThat(stream.lengths).containsExactly(WANTED, WANTED - 1_000_000, WANTED - 2_000_000);
  }
}
