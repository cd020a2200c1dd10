package io.ckptaudit.udfs.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The conversions over every kind of vector, bit for bit against the number room. */
class KernelConversionsTest extends ArrowTest {

  private static final int[] SIZES = {0, 1, 7, 8, 9, 31, 64, 1_000, 65_537};

  private final KernelConversions functions = new KernelConversions();
  private BufferAllocator allocator;

  @BeforeEach
  void open() {
    allocator = ArrowMemory.child("test");
  }

  @AfterEach
  void close() {
    allocator.close();
  }

  private static FloatFormat[] countable() {
    return Arrays.stream(DType.values())
        .filter(DType::isCountedByCode)
        .map(DType::format)
        .toArray(FloatFormat[]::new);
  }

  @Test
  void packedCodesAreNotPut() {
    assertThatThrownBy(() -> Codes.put(ByteBuffer.allocate(8), 3, 6, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot put code 5 at element 3: codes of 6 bits are packed; unpack them to bytes first");
  }

  @Test
  void everyFormatHasItsVector() {
    for (FloatFormat format : countable()) {
      try (BaseFixedWidthVector vector = CodeVectors.create(format, allocator)) {
        Class<?> expected =
            format == FloatFormat.F16
                ? Float2Vector.class
                : format == FloatFormat.BF16 ? UInt2Vector.class : UInt1Vector.class;
        assertThat(vector).isInstanceOf(expected);
        assertThat(vector.getField().getMetadata()).containsEntry("dtype", format.name());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = FloatFormat.class, names = "F64")
  void otherFormatsHaveNone(FloatFormat format) {
    assertThatThrownBy(() -> CodeVectors.create(format, allocator))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot carry codes of F64 in an Arrow vector of codes: they have 64 bits, and at most"
                + " 32 are carried; use a Float8Vector");
  }

  @Test
  void widensEveryCode() {
    for (FloatFormat format : countable()) {
      try (BaseFixedWidthVector codes = CodeVectors.all(format, allocator);
          Float4Vector floats = new Float4Vector("floats", allocator)) {
        functions.toFloat(format, codes, floats);
        assertThat(floats.getValueCount()).isEqualTo(format.codes());
        assertThat(floats.getNullCount()).isZero();
        for (int code = 0; code < format.codes(); code++) {
          assertThat(Float.floatToRawIntBits(floats.get(code)))
              .as("%s %x", format, code)
              .isEqualTo(Float.floatToRawIntBits((float) format.decode(code)));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(value = Target.class, mode = EnumSource.Mode.EXCLUDE, names = "F32")
  void narrowsFloatsWithNulls(Target target) {
    for (int size : SIZES) {
      try (Float4Vector floats = new Float4Vector("floats", allocator);
          BaseFixedWidthVector codes = CodeVectors.create(target.format(), allocator)) {
        floats.allocateNew(size);
        for (int i = 0; i < size; i++) {
          floats.set(i, i % 5 == 3 ? 0 : 1, Float.intBitsToFloat(random.nextInt()));
        }
        floats.setValueCount(size);
        functions.fromFloat(target, floats, codes);
        assertThat(codes.getValueCount()).isEqualTo(size);
        for (int i = 0; i < size; i++) {
          assertThat(codes.isNull(i)).as("null %s", i).isEqualTo(i % 5 == 3);
          if (!codes.isNull(i)) {
            assertThat(CodeVectors.code(codes, i))
                .as("%s of %s, seed %s", target, floats.get(i), seed)
                .isEqualTo((int) target.cast(floats.get(i)));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void narrowsDoublesWithNulls(Target target) {
    for (int size : SIZES) {
      try (Float8Vector doubles = new Float8Vector("doubles", allocator);
          BaseFixedWidthVector codes = CodeVectors.create(target.format(), allocator)) {
        doubles.allocateNew(size);
        for (int i = 0; i < size; i++) {
          doubles.set(i, i % 3 == 1 ? 0 : 1, nearTie(target));
        }
        doubles.setValueCount(size);
        functions.fromDouble(target, doubles, codes);
        assertThat(codes.getValueCount()).isEqualTo(size);
        for (int i = 0; i < size; i++) {
          assertThat(codes.isNull(i)).isEqualTo(i % 3 == 1);
          if (!codes.isNull(i)) {
            assertThat(codeOf(codes, i))
                .as("%s of %s, seed %s", target, doubles.get(i), seed)
                .isEqualTo(target.cast(doubles.get(i)));
          }
        }
      }
    }
  }

  /** A tie of the target, or the double beside it, which a detour over F32 would round wrongly. */
  private double nearTie(Target target) {
    FloatFormat format = target.format();
    double value = format.decode(random.nextLong(format.maxFiniteCode()));
    double tie = value + format.spacing(value) / 2;
    double near =
        switch (random.nextInt(3)) {
          case 0 -> Math.nextUp(tie);
          case 1 -> Math.nextDown(tie);
          default -> tie;
        };
    return random.nextBoolean() ? near : -near;
  }

  private static long codeOf(BaseFixedWidthVector codes, int i) {
    return codes instanceof Float4Vector floats
        ? Float.floatToRawIntBits(floats.get(i)) & 0xFFFF_FFFFL
        : CodeVectors.code(codes, i);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8, 13, 4_099})
  void nullCodesStayNull(int size) {
    for (FloatFormat format : countable()) {
      try (BaseFixedWidthVector codes = CodeVectors.create(format, allocator);
          Float4Vector floats = new Float4Vector("floats", allocator)) {
        codes.allocateNew(size);
        codes.setValueCount(size);
        functions.toFloat(format, codes, floats);
        assertThat(floats.getValueCount()).isEqualTo(size);
        assertThat(floats.getNullCount()).isEqualTo(size);
      }
    }
  }

  @Test
  void aResultVectorIsReused() {
    try (Float4Vector floats = new Float4Vector("floats", allocator);
        BaseFixedWidthVector codes = CodeVectors.create(FloatFormat.F16, allocator)) {
      for (int size : new int[] {1_000, 0, 10}) {
        floats.allocateNew(size);
        floats.setValueCount(size);
        functions.fromFloat(Target.F16, floats, codes);
        assertThat(codes.getValueCount()).isEqualTo(size);
      }
    }
  }
}
