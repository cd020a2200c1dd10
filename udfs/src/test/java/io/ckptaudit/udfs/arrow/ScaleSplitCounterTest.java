package io.ckptaudit.udfs.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.ScalingClass;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.FormatTables;
import io.ckptaudit.udfs.state.MalformedStateException;
import io.ckptaudit.udfs.state.ScaleCounts;
import io.ckptaudit.udfs.state.ScaleFigures;
import io.ckptaudit.udfs.state.TensorState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScaleSplitCounterTest {

  private static final float[] MIXED = mixed();

  private static float[] mixed() {
    SplittableRandom random = new SplittableRandom(11);
    float[] values = new float[5000];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt() & ~((1 << random.nextInt(24)) - 1));
    }
    float[] special = {
      0f,
      -0f,
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      Float.MIN_VALUE,
      -Float.MIN_NORMAL,
      Float.MAX_VALUE,
      65504,
      65520,
      464,
      480,
      1,
      -1
    };
    System.arraycopy(special, 0, values, 100, special.length);
    return values;
  }

  private static ScaleCounts count(DType dtype, float... values) {
    int width = dtype.bits() / Byte.SIZE;
    try (TaskMemory memory = TaskMemory.open("test");
        Span span = memory.allocate(values.length * width);
        ScaleSplitCounter counter = new ScaleSplitCounter(dtype)) {
      ByteBuffer view = span.view().order(ByteOrder.LITTLE_ENDIAN);
      for (float value : values) {
        if (dtype == DType.F64) {
          view.putDouble(value);
        } else {
          view.putFloat(value);
        }
      }
      counter.add(span, values.length * width);
      return (ScaleCounts) counter.finish(0, -1);
    }
  }

  private static ScaleCounts reference(DType dtype, float... values) {
    TreeMap<Integer, Long> classes = new TreeMap<>();
    double largest = 0;
    for (float value : values) {
      if (Float.isFinite(value) && value != 0) {
        classes.merge(ScalingClass.of(value), 1L, Long::sum);
        largest = Math.max(largest, Math.abs((double) value));
      }
    }
    long nan = countOf(values, Float.NaN);
    long infinite =
        countOf(values, Float.POSITIVE_INFINITY) + countOf(values, Float.NEGATIVE_INFINITY);
    return ScaleCounts.of(
        dtype, classes, countOf(values, 0f) + countOf(values, -0f), nan, infinite, largest);
  }

  private static long countOf(float[] values, float wanted) {
    long count = 0;
    for (float value : values) {
      count += Float.compare(value, wanted) == 0 ? 1 : 0;
    }
    return count;
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void everyValueIsInItsClass(DType dtype) {
    assertThat(count(dtype, MIXED)).isEqualTo(reference(dtype, MIXED));
    assertThat(count(dtype, MIXED).elements()).isEqualTo(MIXED.length);
  }

  @Test
  void cutsMakeNoDifference() {
    ScaleCounts whole = count(DType.F32, MIXED);
    ScaleCounts parts = count(DType.F32);
    for (int from = 0; from < MIXED.length; from += 777) {
      float[] part = Arrays.copyOfRange(MIXED, from, Math.min(MIXED.length, from + 777));
      parts = count(DType.F32, part).merge(parts);
    }
    assertThat(parts.toBytes()).isEqualTo(whole.toBytes());
    assertThat(TensorState.fromBytes(whole.toBytes())).isEqualTo(whole);
  }

  @Test
  void damagedBytesAreRefused() {
    byte[] bytes = count(DType.F32, MIXED).toBytes();
    for (int cut = 0; cut < bytes.length; cut += 7) {
      byte[] shorter = Arrays.copyOf(bytes, cut);
      assertThatThrownBy(() -> TensorState.fromBytes(shorter))
          .isInstanceOf(MalformedStateException.class);
    }
    byte[] more = bytes.clone();
    more[6]++;
    assertThatThrownBy(() -> TensorState.fromBytes(more))
        .isInstanceOf(MalformedStateException.class);
  }

  @Test
  void otherDtypesDoNotMerge() {
    assertThatThrownBy(() -> count(DType.F32, 1).merge(count(DType.F64, 1)))
        .hasMessageContaining("Cannot merge scaling classes of F32 with scaling classes of F64");
    ScaleCounts both = count(DType.F32, 1).asDoubles().merge(count(DType.F64, 1));
    assertThat(both.elements()).isEqualTo(2);
  }

  @Test
  void theBestLosesLeastAndTheLargestDoesNotOverflow() {
    List<ScaleFigures> all = ScaleFigures.all(count(DType.F32, 0x1p-30f, 0x1p-20f, 3f), Target.F16);
    assertThat(all.get(24).vanished()).isEqualTo(1);
    assertThat(ScaleFigures.best(all).exponent()).isEqualTo(6);
    ScaleFigures largest = ScaleFigures.largest(all);
    assertThat(largest.exponent()).isEqualTo(14);
    assertThat(largest.headroom()).isEqualTo(65504 / (3 * 0x1p14));
    assertThat(ScaleFigures.largest(ScaleFigures.all(count(DType.F32, 1e38f), Target.F16)))
        .isNull();
  }

  @Test
  void theLargestMagnitudeGoesToTheLargestValue() {
    CodeCounts codes = bf16(0x3F80, 0x4040, 0xC0A0); // 1, 3, -5
    FormatTables tables =
        ConversionTables.of(FloatFormat.BF16, Set.of(Target.F8_E4M3), new KernelConversions());
    ScaleCounts counts = ScaleCounts.of(codes, tables);
    ScaleFigures power = ScaleFigures.ofLargestMagnitude(counts, Target.F8_E4M3);
    assertThat(power.exponent()).isEqualTo(6);
    assertThat(power.inexact()).isZero();
    ScaleFigures stored = ScaleFigures.ofStoredScale(codes, tables, Target.F8_E4M3);
    assertThat(stored.inverse()).isEqualTo((float) (5 / 448.0));
    assertThat(stored.exponent()).isNull();
    assertThat(List.of(stored.overflow(), stored.vanished(), stored.inexact()))
        .containsExactly(0L, 0L, 3L);
    assertThat(ScaleFigures.ofLargestMagnitude(ScaleCounts.of(bf16(0), tables), Target.F8_E4M3))
        .isNull();
  }

  private static CodeCounts bf16(int... codes) {
    long[] all = new long[1 << 16];
    for (int code : codes) {
      all[code] = 1;
    }
    return CodeCounts.of(DType.BF16, all, 0, 0, -1, null);
  }
}
