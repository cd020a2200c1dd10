package io.ckptaudit.job.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Direct reads that do not do all that was asked of them. */
class DirectRangeReaderTest {

  private static final int BLOCK = 4096;

  private final byte[] content = new byte[100_000];

  DirectRangeReaderTest() {
    new Random(1).nextBytes(content);
  }

  private DirectRangeReader reader(int atMost, long listed) {
    FileEntry file = new FileEntry("file:///f", "f", listed, false, true, "token");
    return new DirectRangeReader(file, new ShortReads(content, atMost, BLOCK), BLOCK, of -> {});
  }

  /** Whole blocks, and some that end inside a block, from where nothing can be read on. */
  @ParameterizedTest
  @ValueSource(ints = {4096, 5000, 8191, 12_288, 70_000, 1 << 20})
  void aShortReadIsNotTheEndOfTheFile(int atMost) throws IOException {
    DirectRangeReader reader = reader(atMost, content.length);
    for (int position : new int[] {0, 1, 4095, 4096, 50_001}) {
      for (int bytes : new int[] {1, 4096, 20_000, 49_999}) {
        ByteBuffer target = ByteBuffer.allocate(bytes);
        reader.readFully(position, target);
        assertThat(target.array())
            .as("%s bytes at %s", bytes, position)
            .isEqualTo(Arrays.copyOfRange(content, position, position + bytes));
      }
    }
  }

  @Test
  void theEndOfTheFileIsSaid() {
    for (int atMost : new int[] {4096, 5000, 1 << 20}) {
      assertThatThrownBy(() -> reader(atMost, 120_000).readFully(10, ByteBuffer.allocate(110_000)))
          .isInstanceOf(EOFException.class)
          .hasMessage(
              "Cannot read bytes [10, 110010) of file:///f: it ends at byte 100000 and had 120000"
                  + " when it was listed; keep writers away and run the audit again");
    }
  }

  @Test
  void aBlockThatNeverComesWholeIsAFailedRead() {
    assertThatThrownBy(() -> reader(1000, content.length).readFully(0, ByteBuffer.allocate(5000)))
        .isInstanceOf(ReadFailedException.class)
        .hasMessage(
            "Cannot read file:///f at byte 0: attempt 1 failed with 'a direct read ended after 1000"
                + " bytes of a block'; check the disk or the store and run the audit again");
  }

  @Test
  void aFileThatOpensButDoesNotReadIsReadInAnotherWay() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    assertThat(DirectFiles.readable(here, reader(0, content.length))).isEmpty();
    assertThat(DirectFiles.readable(here, reader(BLOCK, content.length))).isPresent();
  }
}
