package io.ckptaudit.udfs.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.SliceMagnitudes;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Any cut of a tensor into splits, and of splits into spans, gives the same magnitudes. */
class SliceCounterTest extends ArrowTest {

  /** Bytes of whole elements of every dtype. */
  private static final int UNIT = 24;

  private static SliceMagnitudes count(
      DType dtype, byte[] tensor, long sliceElements, int from, int to, int maxSpan) {
    SliceCounter counter = new SliceCounter(dtype, sliceElements, from * 8L / dtype.bits());
    try (TaskMemory memory = TaskMemory.open("slices");
        Span span = memory.allocate(Math.max(1, maxSpan))) {
      for (int offset = from; offset < to; offset += maxSpan) {
        int length = Math.min(maxSpan, to - offset);
        span.view().put(tensor, offset, length);
        counter.add(span, length);
      }
    }
    return counter.finish();
  }

  private SliceMagnitudes cutAtRandom(DType dtype, byte[] tensor, long sliceElements) {
    List<SliceMagnitudes> parts = new ArrayList<>();
    for (int from = 0; from < tensor.length; ) {
      int left = (tensor.length - from) / UNIT;
      int to = from + UNIT * (1 + random.nextInt(left));
      int maxSpan = UNIT * (1 + random.nextInt(1 + left));
      parts.add(count(dtype, tensor, sliceElements, from, to, maxSpan));
      from = to;
    }
    Collections.shuffle(parts, random);
    return parts.stream().reduce(SliceMagnitudes.empty(dtype), SliceMagnitudes::merge);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      mode = Mode.MATCH_ANY,
      names = {"B?F.*"})
  void anyCutGivesTheSameBytes(DType dtype) {
    for (int run = 0; run < 60; run++) {
      byte[] tensor = randomBytes(UNIT * (1 + random.nextInt(200)));
      long elements = tensor.length * 8L / dtype.bits();
      long slice = 1 + random.nextInt((int) elements);
      SliceMagnitudes whole = count(dtype, tensor, slice, 0, tensor.length, tensor.length);
      assertThat(whole.first()).isZero();
      assertThat(whole.end()).isEqualTo((int) ((elements - 1) / slice + 1));
      SliceMagnitudes merged = cutAtRandom(dtype, tensor, slice);
      assertThat(merged.toBytes()).as("%s, seed %s", dtype, seed).isEqualTo(whole.toBytes());
      assertThat(merged).isEqualTo(whole).hasSameHashCodeAs(whole);
      assertThat(SliceMagnitudes.fromBytes(whole.toBytes())).isEqualTo(whole);
      assertThat(whole.merge(SliceMagnitudes.empty(dtype))).isEqualTo(whole);
      assertThat(whole.merge(whole)).isEqualTo(whole);
    }
  }

  private static byte[] bf16(double... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.stream(values).forEach(value -> bytes.putShort((short) FloatFormat.BF16.round(value)));
    return bytes.array();
  }

  @Test
  void magnitudesAreOfNegativeValuesTooAndNothingIsSaidOfWhatIsNotFinite() {
    byte[] tensor =
        bf16(-1, -2, -3, 0, -0.0, 0, Double.NaN, 5, 1, 1, 1, Double.NEGATIVE_INFINITY, 0x1p-133, 0);
    SliceMagnitudes rows = count(DType.BF16, tensor, 3, 0, tensor.length, 4);
    assertThat(rows.end()).isEqualTo(5);
    assertThat(rows.largest(0)).isEqualTo(3);
    assertThat(rows.largest(1)).isZero();
    assertThat(rows.largest(2)).isNaN();
    assertThat(rows.largest(3)).isNaN();
    assertThat(rows.largest(4)).isEqualTo(0x1p-133);
    assertThat(rows.largest(5)).as("not seen").isNaN();
  }

  @Test
  void partsNeedNotBeNeighbours() {
    byte[] tensor = bf16(1, 2, 3, 4, 5, 6);
    SliceMagnitudes head = count(DType.BF16, tensor, 1, 0, 2, 2);
    SliceMagnitudes tail = count(DType.BF16, tensor, 1, 8, 12, 4);
    SliceMagnitudes ends = tail.merge(head);
    assertThat(ends).isEqualTo(head.merge(tail));
    assertThat(ends.largest(0)).isEqualTo(1);
    assertThat(ends.largest(2)).isNaN();
    assertThat(ends.largest(5)).isEqualTo(6);
    assertThat(SliceMagnitudes.fromBytes(ends.toBytes())).isEqualTo(ends);
    SliceMagnitudes middle = count(DType.BF16, tensor, 1, 2, 8, 4);
    assertThat(ends.merge(middle)).isEqualTo(count(DType.BF16, tensor, 1, 0, 12, 12));
  }

  @Test
  void whatIsNoPartOfTheSameTensorIsRefused() {
    assertThatThrownBy(
            () -> SliceMagnitudes.empty(DType.F16).merge(SliceMagnitudes.empty(DType.BF16)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot merge magnitudes of slices of F16 with those of BF16: they are no parts of one"
                + " tensor; group them by tensor");
    assertThatThrownBy(() -> SliceMagnitudes.of(DType.F8_E4M3, 0, new long[] {0x80}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Cannot hold magnitudes of 1 slices of F8_E4M3 from 0 on: ");
    assertThatThrownBy(() -> SliceMagnitudes.of(DType.F16, Integer.MAX_VALUE - 1, new long[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new SliceCounter(DType.F16, 1, 1L << 40))
        .isInstanceOf(ArithmeticException.class);
  }
}
