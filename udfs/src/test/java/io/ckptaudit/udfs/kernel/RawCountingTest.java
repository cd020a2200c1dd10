package io.ckptaudit.udfs.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.FloatFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawCountingTest {

  private static final int BYTES = 1 << 20;

  @TempDir Path folder;

  @Test
  void findsTheBytesOfEveryKindOfDirectBuffer() {
    assertThat(RawCounting.fault()).isEmpty();
    ByteBuffer buffer = ByteBuffer.allocateDirect(64);
    long address = RawCounting.addressOf(buffer);
    assertThat(RawCounting.addressOf(buffer.slice(5, 9))).isEqualTo(address + 5);
    assertThat(RawCounting.addressOf(buffer.duplicate().position(7))).isEqualTo(address);
    assertThat(RawCounting.addressOf(buffer.asReadOnlyBuffer())).isEqualTo(address);
  }

  /**
   * Loads from pages that are gone leave whatever was in a register. Compiled code must not take
   * that for an address, or this test ends its JVM.
   */
  @Test
  void survivesMappedFilesThatAreCutShort() throws IOException {
    byte[] bytes = SpanFixtures.random(new Random(SpanFixtures.seed()), BYTES);
    CodeCounter counter = new UnrolledCodeCounter(FloatFormat.F16);
    for (int warm = 0; warm < 300; warm++) {
      counter.add(SpanFixtures.copy(bytes, true, 0));
    }
    for (int run = 0; run < 20; run++) {
      Path file = Files.write(folder.resolve("cut-" + run), bytes);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        ByteBuffer map = channel.map(MapMode.READ_ONLY, 0, BYTES);
        counter.reset();
        cut(file, run * 4096L);
        assertThatThrownBy(() -> counter.add(map)).isInstanceOf(InternalError.class);
      }
    }
    counter.reset();
    counter.add(ByteBuffer.wrap(bytes));
    assertThat(counter.elements()).isEqualTo(BYTES / 2);
    CodeCounter reference = new ScalarCodeCounter(FloatFormat.F16);
    reference.add(ByteBuffer.wrap(bytes));
    assertThat(counter.codes()).isEqualTo(reference.codes());
    assertThat(counter.counts(counter.codes())).isEqualTo(reference.counts(reference.codes()));
  }

  private static void cut(Path file, long length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
    }
  }
}
