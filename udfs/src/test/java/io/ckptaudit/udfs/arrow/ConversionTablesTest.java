package io.ckptaudit.udfs.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.FormatTables;
import io.ckptaudit.udfs.state.StateFigures;
import io.ckptaudit.udfs.state.TargetFigures;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the tables say of one element of every code, against the number room, code by code. */
class ConversionTablesTest extends ArrowTest {

  static Stream<DType> countable() {
    return Arrays.stream(DType.values()).filter(DType::isCountedByCode);
  }

  private static StateFigures ofEveryCode(DType dtype, FormatTables tables) {
    long[] counts = new long[dtype.format().codes()];
    Arrays.fill(counts, 1);
    CodeCounts all = CodeCounts.of(dtype, counts, 0, 0, -1, null);
    return new StateFigures(List.of(all), Map.of(dtype.format(), tables));
  }

  @ParameterizedTest
  @MethodSource("countable")
  void figuresOfEveryCodeAreThoseOfTheNumberRoom(DType dtype) {
    FloatFormat format = dtype.format();
    FormatTables tables =
        ConversionTables.of(format, EnumSet.allOf(Target.class), new KernelConversions());
    assertThat(tables.format()).isEqualTo(format);
    assertThat(tables.targets()).containsExactlyInAnyOrder(Target.values());
    for (Target target : Target.values()) {
      check(format, target, ofEveryCode(dtype, tables).target(target));
    }
  }

  private static void check(FloatFormat format, Target target, TargetFigures figures) {
    long overflow = 0;
    long underflow = 0;
    long subnormal = 0;
    long exact = 0;
    double maxAbsError = 0;
    for (int code = 0; code < format.codes(); code++) {
      double value = format.decode(code);
      if (!Double.isFinite(value)) {
        continue;
      }
      long result = target.cast(value);
      double cast = target.format().decode(result);
      overflow += target.overflows(value) ? 1 : 0;
      underflow += cast == 0 && value != 0 ? 1 : 0;
      subnormal += target.format().isSubnormal(result) ? 1 : 0;
      exact += cast == value ? 1 : 0;
      if (Double.isFinite(cast)) {
        maxAbsError = Math.max(maxAbsError, Math.abs(cast - value));
      }
    }
    assertThat(figures.overflow()).as("overflow of %s", target).isEqualTo(overflow);
    assertThat(figures.underflow()).as("underflow of %s", target).isEqualTo(underflow);
    assertThat(figures.subnormal()).as("subnormal of %s", target).isEqualTo(subnormal);
    assertThat(figures.exact()).as("exact of %s", target).isEqualTo(exact);
    assertThat(figures.maxAbsError()).as("error of %s", target).isEqualTo(maxAbsError);
  }

  @Test
  void theTwo16BitTargetsAreAlwaysThere() {
    FormatTables tables =
        ConversionTables.of(FloatFormat.BF16, Set.of(Target.F8_E4M3), new KernelConversions());
    assertThat(tables.targets()).containsExactlyInAnyOrder(Target.F16, Target.BF16, Target.F8_E4M3);
  }

  /** As the product's, but the cast to BF16 cuts the low bits off instead of rounding. */
  private static final class Truncating implements ConversionFunctions {
    private static final long serialVersionUID = 1L;
    private final KernelConversions sound = new KernelConversions();

    @Override
    public void toFloat(FloatFormat source, BaseFixedWidthVector codes, Float4Vector floats) {
      sound.toFloat(source, codes, floats);
    }

    @Override
    public void fromFloat(Target target, Float4Vector floats, BaseFixedWidthVector codes) {
      sound.fromFloat(target, floats, codes);
      for (int i = 0; target == Target.BF16 && i < floats.getValueCount(); i++) {
        codes.getDataBuffer().setShort(2L * i, Float.floatToRawIntBits(floats.get(i)) >>> 16);
      }
    }

    @Override
    public void fromDouble(Target target, Float8Vector doubles, BaseFixedWidthVector codes) {
      throw new UnsupportedOperationException("No table is made from doubles");
    }
  }

  @Test
  void tablesBelieveTheFunctionsTheyAreGiven() {
    FormatTables sound = ConversionTables.of(FloatFormat.F16, Set.of(), new KernelConversions());
    FormatTables wrong = ConversionTables.of(FloatFormat.F16, Set.of(), new Truncating());
    TargetFigures expected = ofEveryCode(DType.F16, sound).target(Target.BF16);
    TargetFigures figures = ofEveryCode(DType.F16, wrong).target(Target.BF16);
    assertThat(expected.maxUlpError()).isEqualTo(0.5);
    assertThat(figures.maxUlpError()).isEqualTo(0.875);
    assertThat(figures.exact()).isEqualTo(expected.exact());
  }

  @Test
  void wideFormatsHaveNoTables() {
    assertThatThrownBy(
            () -> ConversionTables.of(FloatFormat.F32, Set.of(), new KernelConversions()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Cannot count F32 by code: it has 2^32 codes");
  }
}
