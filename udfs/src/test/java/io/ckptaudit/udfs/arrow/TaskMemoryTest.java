package io.ckptaudit.udfs.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.memory.util.MemoryUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskMemoryTest extends ArrowTest {

  @TempDir private Path folder;

  private MappedByteBuffer map(byte[] bytes, long offset, long length) throws IOException {
    Path file = Files.write(folder.resolve("window"), bytes);
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.map(MapMode.READ_ONLY, offset, length);
    }
  }

  private static byte[] bytesOf(ByteBuffer view) {
    byte[] bytes = new byte[view.remaining()];
    view.get(bytes);
    return bytes;
  }

  @Test
  void aMappedFileIsWrappedWithoutACopy() throws IOException {
    byte[] bytes = randomBytes(10_000);
    MappedByteBuffer window = map(bytes, 0, bytes.length);
    try (TaskMemory memory = TaskMemory.open("test");
        Span span = memory.wrap(window)) {
      assertThat(MemoryUtil.getByteBufferAddress(span.view()))
          .isEqualTo(MemoryUtil.getByteBufferAddress(window));
      assertThat(bytesOf(span.view())).isEqualTo(bytes);
      assertThat(span.bytes()).isEqualTo(bytes.length);
      assertThat(memory.allocatedBytes()).isEqualTo(bytes.length);
      assertThat(ArrowMemory.allocatedBytes()).isEqualTo(bytes.length);
    }
  }

  @Test
  void aWindowMayBeginAtAnyByte() throws IOException {
    byte[] bytes = randomBytes(9_000);
    try (TaskMemory memory = TaskMemory.open("test");
        Span span = memory.wrap(map(bytes, 4_097, 4_000))) {
      assertThat(span.view().get(0)).isEqualTo(bytes[4_097]);
      assertThat(span.view(3_999, 1).get(0)).isEqualTo(bytes[8_096]);
    }
  }

  @Test
  void anEmptyWindowIsAnEmptySpan() throws IOException {
    try (TaskMemory memory = TaskMemory.open("test");
        Span span = memory.wrap(map(new byte[10], 5, 0))) {
      assertThat(span.bytes()).isZero();
      assertThat(span.view().hasRemaining()).isFalse();
      assertThat(memory.allocatedBytes()).isZero();
    }
  }

  @Test
  void aPooledSpanIsWrittenAndReadThroughItsViews() {
    byte[] bytes = randomBytes(1_000);
    try (TaskMemory memory = TaskMemory.open("test");
        Span span = memory.allocate(bytes.length)) {
      span.view().put(bytes);
      assertThat(bytesOf(span.view())).isEqualTo(bytes);
      assertThat(bytesOf(span.view(17, 100))).isEqualTo(Arrays.copyOfRange(bytes, 17, 117));
      assertThat(span.view().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
      assertThat(memory.allocatedBytes()).isGreaterThanOrEqualTo(bytes.length);
    }
  }

  /** Under a root of its own: what leaks stays on the account of the root for ever. */
  private static TaskMemory leaky() {
    return new TaskMemory(new RootAllocator().newChildAllocator("leaky", 0, 1 << 20));
  }

  @Test
  void aLeakIsDetectedByClose() {
    TaskMemory memory = leaky();
    Span span = memory.allocate(4096);
    assertThat(memory.allocatedBytes()).isEqualTo(span.bytes());
    assertThatThrownBy(memory::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Memory was leaked by query. Memory leaked: (4096)")
        .hasMessageContaining("leaky");
  }

  @Test
  void aLeakedWindowIsDetectedByClose() throws IOException {
    TaskMemory memory = leaky();
    Span span = memory.wrap(map(new byte[3_000], 0, 3_000));
    assertThat(memory.allocatedBytes()).isEqualTo(span.bytes());
    assertThatThrownBy(memory::close)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Memory leaked: (3000)");
  }

  @Test
  void tasksDoNotSeeTheMemoryOfOthers() {
    try (TaskMemory one = TaskMemory.open("one");
        TaskMemory other = TaskMemory.open("other");
        Span span = one.allocate(1 << 16)) {
      assertThat(one.allocatedBytes()).isEqualTo(span.bytes());
      assertThat(other.allocatedBytes()).isZero();
    }
  }

  @Test
  void whatIsBeyondASpanIsRefusedAndLeaksNothing() {
    try (TaskMemory memory = TaskMemory.open("test")) {
      Span span = memory.allocate(1000);
      assertThatThrownBy(() -> span.part(1000, 1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> span.view(999, 2)).isInstanceOf(IndexOutOfBoundsException.class);
      try (Span part = span.part(8, 16)) {
        span.view().putLong(8, 0x0102030405060708L);
        assertThat(part.view().getLong(0)).isEqualTo(0x0102030405060708L);
        assertThat(part.view().get(0)).isEqualTo((byte) 8);
      }
      span.close();
      assertThatThrownBy(span::view).isInstanceOf(RuntimeException.class);
    }
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }
}
