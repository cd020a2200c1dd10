package io.ckptaudit.udfs.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.MalformedStateException;
import io.ckptaudit.udfs.state.UpdateCounts;
import io.ckptaudit.udfs.state.UpdateFigures;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The counter against one update at a time, by the conversions of {@link FloatFormat}. */
class UpdateSplitCounterTest {

  private static final int COUNT = 6000;
  private static final float[] SPECIAL = {
    0f,
    -0f,
    1f,
    -1f,
    Float.MIN_VALUE,
    Float.MIN_NORMAL,
    0x1p-14f,
    0x1p-24f,
    0x1p-25f,
    65504f,
    65520f,
    1e6f,
    Float.MAX_VALUE,
    Float.NaN,
    Float.POSITIVE_INFINITY
  };

  private record Steps(DType dtype, double[] before, double[] after) {

    static Steps of(DType dtype) {
      SplittableRandom random = new SplittableRandom(dtype.ordinal());
      double[] before = new double[COUNT];
      double[] after = new double[COUNT];
      FloatFormat format = dtype.format();
      for (int i = 0; i < COUNT; i++) {
        int square = SPECIAL.length * SPECIAL.length;
        double value =
            i < square
                ? SPECIAL[i / SPECIAL.length]
                : Math.scalb(
                    random.nextDouble() * 2 - 1, random.nextInt(i % 4 == 0 ? 200 : 20) - 10);
        double next =
            i < square
                ? SPECIAL[i % SPECIAL.length]
                : value * (1 + Math.scalb(random.nextDouble() - 0.5, -random.nextInt(26)));
        before[i] = format.decode(format.round((float) value));
        after[i] = format.decode(format.round((float) next));
      }
      return new Steps(dtype, before, after);
    }
  }

  private static UpdateCounts count(Steps steps, int from, int to) {
    return count(steps, from, to, 1);
  }

  private static UpdateCounts count(Steps steps, int from, int to, int times) {
    int width = steps.dtype.bits() / Byte.SIZE;
    int bytes = (to - from) * width;
    try (TaskMemory memory = TaskMemory.open("test");
        Span before = memory.allocate(bytes + 24);
        Span after = memory.allocate(bytes)) {
      fill(steps.dtype, steps.before, from, to, before.view(24, bytes));
      fill(steps.dtype, steps.after, from, to, after.view());
      UpdateSplitCounter counter = new UpdateSplitCounter(steps.dtype);
      for (int time = 0; time < times; time++) {
        counter.add(before, 24, after, 0, bytes);
      }
      UpdateCounts counts = counter.finish();
      assertThat(counter.finish().toBytes()).isEqualTo(new UpdateCounts().toBytes());
      return counts;
    }
  }

  private static void fill(DType dtype, double[] values, int from, int to, ByteBuffer view) {
    view.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = from; i < to; i++) {
      long code = dtype.format().round(values[i]);
      if (dtype == DType.F32) {
        view.putInt((int) code);
      } else {
        view.putShort((short) code);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void everyFigureIsThatOfOneUpdateAtATime(DType dtype) {
    Steps steps = Steps.of(dtype);
    UpdateCounts counts = count(steps, 0, COUNT);
    for (Target target : UpdateFigures.TARGETS) {
      assertThat(UpdateFigures.of(counts, target)).isEqualTo(reference(steps, target));
    }
    TreeMap<Integer, Long> bins = new TreeMap<>();
    for (int i = 0; i < COUNT; i++) {
      float update = (float) steps.after[i] - (float) steps.before[i];
      if (Float.isFinite(update) && update != 0 && steps.before[i] != 0) {
        bins.merge(Binade.ofRatio(Math.abs(steps.before[i]), Math.abs(update)), 1L, Long::sum);
      }
    }
    TreeMap<Integer, Long> found = new TreeMap<>();
    UpdateFigures.ratios(counts).stream()
        .filter(ratio -> ratio.bin() != null)
        .forEach(ratio -> found.put(ratio.bin(), ratio.count()));
    assertThat(found).isEqualTo(bins);
  }

  private static UpdateFigures reference(Steps steps, Target target) {
    long zero = 0;
    long nonFinite = 0;
    long lost = 0;
    long below = 0;
    long overflow = 0;
    long below24 = 0;
    long above2048 = 0;
    long above256 = 0;
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal sumLost = BigDecimal.ZERO;
    FloatFormat format = target.format();
    for (int i = 0; i < COUNT; i++) {
      float before = (float) steps.before[i];
      float update = (float) steps.after[i] - before;
      double size = Math.abs((double) update);
      if (update == 0 || !Float.isFinite(update)) {
        zero += update == 0 ? 1 : 0;
        nonFinite += update == 0 ? 0 : 1;
        continue;
      }
      float copy = (float) format.decode(target.cast(before));
      boolean gone = format.decode(target.cast((float) (copy + update))) == copy;
      lost += gone ? 1 : 0;
      below += size < format.spacing(copy) / 2 ? 1 : 0;
      overflow += Float.isInfinite(copy) ? 1 : 0;
      below24 += size < 0x1p-24 ? 1 : 0;
      above2048 += Math.abs((double) before) > 2048 * size ? 1 : 0;
      above256 += Math.abs((double) before) > 256 * size ? 1 : 0;
      sum = sum.add(new BigDecimal(size));
      sumLost = gone ? sumLost.add(new BigDecimal(size)) : sumLost;
    }
    return new UpdateFigures(
        target,
        COUNT,
        zero,
        nonFinite,
        COUNT - zero - nonFinite,
        lost,
        below,
        overflow,
        below24,
        above2048,
        above256,
        sum.doubleValue(),
        sumLost.doubleValue(),
        sumLost.divide(sum, new MathContext(60)).doubleValue());
  }

  @Test
  void cutsMakeNoDifference() {
    Steps steps = Steps.of(DType.F32);
    UpdateCounts whole = count(steps, 0, COUNT);
    UpdateCounts parts = new UpdateCounts();
    for (int from = 0; from < COUNT; from += 997) {
      parts = count(steps, from, Math.min(COUNT, from + 997)).merge(parts);
    }
    assertThat(parts.toBytes()).isEqualTo(whole.toBytes());
    assertThat(UpdateCounts.fromBytes(whole.toBytes()).toBytes()).isEqualTo(whole.toBytes());
  }

  /** Of many elements, codes of 16 bits that are near each other are counted as pairs. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void manyElementsAreCountedAsFewAre(DType dtype) {
    Steps steps = Steps.of(dtype);
    int times = 50;
    UpdateCounts once = count(steps, 0, COUNT);
    UpdateCounts expected = new UpdateCounts();
    for (int time = 0; time < times; time++) {
      expected = expected.merge(once);
    }
    assertThat(count(steps, 0, COUNT, times).toBytes()).isEqualTo(expected.toBytes());
  }

  @Test
  void damagedBytesAreRefused() {
    byte[] bytes = count(Steps.of(DType.F32), 0, COUNT).toBytes();
    for (int cut = 0; cut < bytes.length; cut += 13) {
      byte[] shorter = Arrays.copyOf(bytes, cut);
      assertThatThrownBy(() -> UpdateCounts.fromBytes(shorter))
          .isInstanceOf(MalformedStateException.class);
    }
  }

  @Test
  void nothingHasNoShare() {
    UpdateFigures none = UpdateFigures.of(new UpdateCounts(), Target.F16);
    assertThat(none.lostShare()).isNull();
    assertThat(none.sum()).isZero();
  }

  @Test
  void otherDtypesAreRefused() {
    assertThatThrownBy(() -> new UpdateSplitCounter(DType.F64))
        .hasMessage("Cannot take updates of F64: they are of F32, F16 or BF16");
  }
}
