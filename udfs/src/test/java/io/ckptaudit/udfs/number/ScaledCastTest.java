package io.ckptaudit.udfs.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Classes against casts of the exact products: powers of two are exact in double, so v·2^k is. */
class ScaledCastTest {

  private static final int REACH = 24;

  static Stream<Target> targets() {
    return Arrays.stream(Target.values()).filter(ScalingClass::isFor);
  }

  @ParameterizedTest
  @MethodSource("targets")
  void everyF16AndF8CodeIsDecidedByItsClass(Target target) {
    for (FloatFormat source : new FloatFormat[] {FloatFormat.F16, FloatFormat.F8_E5M2}) {
      for (int code = 1; code < source.codes() / 2; code++) {
        if (source.isFinite(code)) {
          check(target, source.decode(code));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("targets")
  void valuesAroundEveryBoundaryAreDecided(Target target) {
    double[] boundaries = {
      1, 1.5, 1.75, 1.8125, 1.875, 2 - 0x1p-7, 2 - 0x1p-8, 2 - 0x1p-10, 2 - 0x1p-11, 2 - 0x1p-23
    };
    for (double boundary : boundaries) {
      for (int binade = -60; binade <= 60; binade++) {
        double value = Math.scalb(boundary, binade);
        DoubleStream.of(
                value,
                -value,
                Math.nextUp((float) value),
                Math.nextDown((float) value),
                Math.nextUp(value),
                Math.nextDown(value))
            .forEach(near -> check(target, near));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("targets")
  void anyFloatIsDecided(Target target) {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 20_000; i++) {
      float value = Float.intBitsToFloat(random.nextInt() & ~((1 << random.nextInt(24)) - 1));
      if (Float.isFinite(value) && value != 0) {
        check(target, value);
      }
    }
  }

  private static void check(Target target, double value) {
    ScaledCast cast = new ScaledCast(target);
    int number = ScalingClass.of(value);
    assertThat(ScalingClass.isValid(number)).isTrue();
    for (int k = -REACH; k <= REACH; k++) {
      double product = Math.scalb(value, k);
      double result = target.format().decode(target.cast(product));
      boolean overflow = !Double.isFinite(result) || target.overflows(product);
      boolean right =
          cast.overflows(number, k) == overflow
              && cast.vanishes(number, k) == (result == 0)
              && cast.isExact(number, k) == (result == product && !overflow)
              && (overflow
                  || cast.isSubnormal(number, k)
                      == (result != 0 && Math.abs(result) < target.format().smallestNormal()));
      if (!right) {
        assertThat(value + " times 2^" + k).as(target.name()).isEmpty();
      }
    }
  }

  @Test
  void aTargetOf32BitsIsRefused() {
    assertThatThrownBy(() -> new ScaledCast(Target.F32))
        .hasMessageContaining("F32 from classes: it has more than 16 bits; choose a narrower");
  }
}
