package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.udfs.number.DType;
import java.util.Map;
import java.util.Optional;

/** Dtypes by torch's names, aliases among them. */
final class TorchDtypes {
  private static final Map<String, DType> OURS =
      Map.ofEntries(
          Map.entry("float64", DType.F64),
          Map.entry("double", DType.F64),
          Map.entry("float32", DType.F32),
          Map.entry("float", DType.F32),
          Map.entry("float16", DType.F16),
          Map.entry("half", DType.F16),
          Map.entry("bfloat16", DType.BF16),
          Map.entry("float8_e4m3fn", DType.F8_E4M3),
          Map.entry("float8_e5m2", DType.F8_E5M2),
          Map.entry("float8_e4m3fnuz", DType.F8_E4M3FNUZ),
          Map.entry("float8_e5m2fnuz", DType.F8_E5M2FNUZ),
          Map.entry("float8_e8m0fnu", DType.F8_E8M0),
          Map.entry("complex64", DType.C64),
          Map.entry("cfloat", DType.C64),
          Map.entry("int64", DType.I64),
          Map.entry("long", DType.I64),
          Map.entry("int32", DType.I32),
          Map.entry("int", DType.I32),
          Map.entry("int16", DType.I16),
          Map.entry("short", DType.I16),
          Map.entry("int8", DType.I8),
          Map.entry("uint8", DType.U8),
          Map.entry("uint16", DType.U16),
          Map.entry("uint32", DType.U32),
          Map.entry("uint64", DType.U64),
          Map.entry("bool", DType.BOOL));

  /** Bytes of an element of the storages we have no dtype for. */
  private static final Map<String, Integer> OTHER_BYTES =
      Map.of(
          "bytes",
          1,
          "complex128",
          16,
          "qint8",
          1,
          "quint8",
          1,
          "qint32",
          4,
          "quint4x2",
          1,
          "quint2x4",
          1);

  private TorchDtypes() {}

  /** Empty for a dtype that has no counterpart. */
  static Optional<DType> named(String name) {
    return Optional.ofNullable(OURS.get(name));
  }

  /** Width of an element of a storage. */
  static int bytes(String storageType) {
    DType dtype = OURS.get(storageType);
    return dtype == null ? OTHER_BYTES.get(storageType) : dtype.bits() / Byte.SIZE;
  }

  /** Bytes of a number in an element: what a big-endian file has in reverse. */
  static int numberBytes(DType dtype) {
    return dtype == DType.C64 ? Float.BYTES : dtype.bits() / Byte.SIZE;
  }
}
