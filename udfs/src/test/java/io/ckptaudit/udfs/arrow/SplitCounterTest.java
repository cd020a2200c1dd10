package io.ckptaudit.udfs.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.OpaqueBytes;
import io.ckptaudit.udfs.state.OrderDigest;
import io.ckptaudit.udfs.state.TensorState;
import io.ckptaudit.udfs.state.WideCounts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Any cut of a tensor into splits, and of splits into spans, gives the same state. */
class SplitCounterTest extends ArrowTest {

  /** Bytes of whole elements of every dtype, the packed ones too. */
  private static final int UNIT = 24;

  private static final int[] SIZES = {0, 24, 48, 1_008, 70_008, 3 * (1 << 20) + 24};

  /** Random words are the slowest there are: most casts of them end far from the value. */
  private static final int[] WIDE_SIZES = {0, 24, 48, 1_008, 100_008};

  /** The state of the bytes from one offset to another, in spans of at most some length. */
  private static TensorState count(
      SplitCounter counter, DType dtype, byte[] tensor, int from, int to, int maxSpan) {
    try (TaskMemory memory = TaskMemory.open("split");
        Span span = memory.allocate(Math.max(1, maxSpan))) {
      for (int offset = from; offset < to; offset += maxSpan) {
        int length = Math.min(maxSpan, to - offset);
        span.view().put(tensor, offset, length);
        counter.add(span, length);
      }
    }
    return counter.finish(from * 8L / dtype.bits(), tensor.length - to);
  }

  private static TensorState whole(DType dtype, byte[] tensor) {
    return count(
        new SplitCounter(dtype, new KernelConversions(), EnumSet.allOf(Target.class)),
        dtype,
        tensor,
        0,
        tensor.length,
        tensor.length + UNIT);
  }

  private TensorState cutAtRandom(DType dtype, byte[] tensor) {
    SplitCounter counter =
        new SplitCounter(dtype, new KernelConversions(), EnumSet.allOf(Target.class));
    List<TensorState> parts = new ArrayList<>();
    int from = 0;
    while (from < tensor.length || parts.isEmpty()) {
      int left = (tensor.length - from) / UNIT;
      int to = left == 0 ? from : from + UNIT * (1 + random.nextInt(left));
      int maxSpan = UNIT * (1 + random.nextInt(1 + left));
      parts.add(count(counter, dtype, tensor, from, to, maxSpan));
      from = to;
    }
    Collections.shuffle(parts, random);
    return parts.stream().reduce(TensorState::merge).orElseThrow();
  }

  private static int crc32c(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void anyCutGivesTheSameBytes(DType dtype) {
    for (int size : WideCounts.isFor(dtype) ? WIDE_SIZES : SIZES) {
      byte[] tensor = randomBytes(size);
      TensorState expected = whole(dtype, tensor);
      assertThat(expected.elements()).isEqualTo(size * 8L / dtype.bits());
      assertThat(OrderDigest.finish(expected.orderDigest(), size)).isEqualTo(crc32c(tensor));
      for (int trial = 0; trial < 5; trial++) {
        assertThat(cutAtRandom(dtype, tensor).toBytes())
            .as("%s of %s bytes, seed %s", dtype, size, seed)
            .isEqualTo(expected.toBytes());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void floatsOf4To64BitsAreCounted(DType dtype) {
    TensorState state = whole(dtype, randomBytes(48));
    assertThat(state)
        .isInstanceOf(
            WideCounts.isFor(dtype)
                ? WideCounts.class
                : dtype.isCountedByCode() ? CodeCounts.class : OpaqueBytes.class);
    assertThat(state.dtype()).isEqualTo(dtype);
    assertThat(state.elements()).isEqualTo(48 * 8 / dtype.bits());
  }

  @Test
  void extremesAreIndexedInTheTensor() {
    byte[] tensor = new byte[64];
    tensor[41] = (byte) 0xC0; // element 20 is −2
    tensor[51] = 0x40; // element 25 is 2
    SplitCounter counter =
        new SplitCounter(DType.F16, new KernelConversions(), EnumSet.allOf(Target.class));
    CodeCounts first = (CodeCounts) count(counter, DType.F16, tensor, 0, 32, 8);
    CodeCounts second = (CodeCounts) count(counter, DType.F16, tensor, 32, 64, 8);
    assertThat(second.minIndex()).isEqualTo(20);
    assertThat(second.maxIndex()).isEqualTo(25);
    assertThat(first.minIndex()).isZero();
    CodeCounts both = first.merge(second);
    assertThat(both.minIndex()).isEqualTo(20);
    assertThat(both.maxIndex()).isEqualTo(25);
  }

  @Test
  void nothingFiniteHasNoExtremes() {
    byte[] infinities = {0, 0x7C, 0, (byte) 0xFC};
    CodeCounts state = (CodeCounts) whole(DType.F16, infinities);
    assertThat(state.minIndex()).isEqualTo(-1);
    assertThat(state.maxIndex()).isEqualTo(-1);
    assertThat(state.elements()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"F16", "I64"})
  void aTensorInPiecesHasNoDigest(String name) {
    SplitCounter counter =
        new SplitCounter(DType.valueOf(name), new KernelConversions(), EnumSet.allOf(Target.class));
    try (TaskMemory memory = TaskMemory.open("split");
        Span span = memory.allocate(16)) {
      counter.add(span, 16);
    }
    assertThat(counter.finish(0, -1).orderDigest()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"BF16", "F8_E5M2", "U8"})
  void resetForgets(String name) {
    DType dtype = DType.valueOf(name);
    byte[] tensor = randomBytes(1_000);
    SplitCounter counter =
        new SplitCounter(dtype, new KernelConversions(), EnumSet.allOf(Target.class));
    try (TaskMemory memory = TaskMemory.open("split");
        Span span = memory.allocate(16)) {
      counter.add(span, 16);
    }
    counter.reset();
    assertThat(count(counter, dtype, tensor, 0, 1_000, 104).toBytes())
        .isEqualTo(whole(dtype, tensor).toBytes());
  }
}
