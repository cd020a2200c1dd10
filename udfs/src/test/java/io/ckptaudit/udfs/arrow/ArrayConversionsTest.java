package io.ckptaudit.udfs.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrayConversionsTest extends ArrowTest {

  private static final int BLOCK = ArrayConversions.BLOCK;

  private final ArrayConversions conversions = new ArrayConversions(new KernelConversions());

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5})
  void everyElementIsConvertedInItsPlace(int size) {
    short[] codes = new short[size];
    float[] floats = new float[size];
    double[] doubles = new double[size];
    for (int i = 0; i < size; i++) {
      codes[i] = (short) random.nextInt();
      floats[i] = Float.intBitsToFloat(random.nextInt());
      doubles[i] = random.nextGaussian() * 70_000;
    }
    float[] values = conversions.toFloat(FloatFormat.BF16, codes);
    short[] fromFloats = conversions.fromFloat(Target.F16, floats);
    short[] fromDoubles = conversions.fromDouble(Target.BF16, doubles);
    assertThat(List.of(values.length, fromFloats.length, fromDoubles.length)).containsOnly(size);
    for (int i = 0; i < size; i++) {
      assertThat(Float.floatToRawIntBits(values[i]))
          .isEqualTo(Float.floatToRawIntBits((float) FloatFormat.BF16.decode(codes[i] & 0xFFFF)));
      assertThat(fromFloats[i]).as("seed %s", seed).isEqualTo((short) Target.F16.cast(floats[i]));
      assertThat(fromDoubles[i])
          .as("seed %s", seed)
          .isEqualTo((short) Target.BF16.cast(doubles[i]));
    }
  }

  /** Fails in the middle of a call, and notes how many elements each call of it was given. */
  private static final class Failing implements ConversionFunctions {
    private static final long serialVersionUID = 1L;
    final List<Integer> sizes = new ArrayList<>();

    @Override
    public void toFloat(FloatFormat source, BaseFixedWidthVector codes, Float4Vector floats) {
      note(codes);
      new KernelConversions().toFloat(source, codes, floats);
    }

    @Override
    public void fromFloat(Target target, Float4Vector floats, BaseFixedWidthVector codes) {
      note(floats);
    }

    @Override
    public void fromDouble(Target target, Float8Vector doubles, BaseFixedWidthVector codes) {
      note(doubles);
    }

    private void note(BaseFixedWidthVector from) {
      sizes.add(from.getValueCount());
      if (sizes.size() == 2) {
        throw new IllegalStateException("second block");
      }
    }
  }

  @Test
  void theGivenFunctionsAreCalledByBlocksAndAFailureLeavesNoMemoryBehind() {
    Failing functions = new Failing();
    assertThatThrownBy(
            () -> new ArrayConversions(functions).toFloat(FloatFormat.F16, new short[BLOCK + 5]))
        .hasMessage("second block");
    assertThat(functions.sizes).containsExactly(BLOCK, 5);
  }

  @Test
  void refusesCodesOfAnotherWidth() {
    assertThatThrownBy(() -> conversions.fromFloat(Target.F8_E4M3, new float[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot hold codes of F8_E4M3 in an array of shorts: they have 8 bits; use F16 or BF16");
  }
}
