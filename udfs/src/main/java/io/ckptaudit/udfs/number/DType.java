package io.ckptaudit.udfs.number;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The element types of safetensors, by its own names: what the bits of an element mean, their
 * number, and for floating types the layout.
 *
 * <p>Widths are in bits; elements of 4 and 6 bits are packed. Which codes are NaN, infinite or
 * subnormal is told by {@link FloatFormat}; the other kinds have no such codes. Source: the {@code
 * Dtype} enum of safetensors 0.8, all 22 of it; the enum is open, so a name may be unknown.
 */
public enum DType {
  BOOL(8, Kind.BOOLEAN, null),
  F4(4, Kind.FLOATING, FloatFormat.F4),
  F6_E2M3(6, Kind.FLOATING, FloatFormat.F6_E2M3),
  F6_E3M2(6, Kind.FLOATING, FloatFormat.F6_E3M2),
  U8(8, Kind.INTEGER, null),
  I8(8, Kind.INTEGER, null),
  F8_E5M2(8, Kind.FLOATING, FloatFormat.F8_E5M2),
  F8_E4M3(8, Kind.FLOATING, FloatFormat.F8_E4M3),
  F8_E8M0(8, Kind.FLOATING, FloatFormat.F8_E8M0),
  F8_E4M3FNUZ(8, Kind.FLOATING, FloatFormat.F8_E4M3FNUZ),
  F8_E5M2FNUZ(8, Kind.FLOATING, FloatFormat.F8_E5M2FNUZ),
  I16(16, Kind.INTEGER, null),
  U16(16, Kind.INTEGER, null),
  F16(16, Kind.FLOATING, FloatFormat.F16),
  BF16(16, Kind.FLOATING, FloatFormat.BF16),
  I32(32, Kind.INTEGER, null),
  U32(32, Kind.INTEGER, null),
  F32(32, Kind.FLOATING, FloatFormat.F32),
  C64(64, Kind.COMPLEX, null),
  F64(64, Kind.FLOATING, FloatFormat.F64),
  I64(64, Kind.INTEGER, null),
  U64(64, Kind.INTEGER, null);

  /** What the bits of an element mean. */
  public enum Kind {
    FLOATING,
    INTEGER,
    BOOLEAN,
    COMPLEX
  }

  private static final Map<String, DType> BY_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(Enum::name, Function.identity()));

  private final int bits;
  private final Kind kind;
  private final FloatFormat format;

  DType(int bits, Kind kind, FloatFormat format) {
    this.bits = bits;
    this.kind = kind;
    this.format = format;
  }

  /** Width of an element in bits; 4 and 6 for the packed ones. */
  public int bits() {
    return bits;
  }

  public Kind kind() {
    return kind;
  }

  public boolean isFloating() {
    return kind == Kind.FLOATING;
  }

  /**
   * The layout of a floating element.
   *
   * @throws IllegalStateException for the other kinds
   */
  public FloatFormat format() {
    if (format == null) {
      throw new IllegalStateException(
          "Cannot decode "
              + name()
              + " as floating point: its elements are of kind "
              + kind
              + "; ask isFloating() first");
    }
    return format;
  }

  /** Whether a tensor of this type is described exactly by counting its codes: at most 16 bits. */
  public boolean isCountedByCode() {
    return isFloating() && bits <= Short.SIZE;
  }

  /** The type of a safetensors name, which is case-sensitive; empty for an unknown one. */
  public static Optional<DType> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }
}
