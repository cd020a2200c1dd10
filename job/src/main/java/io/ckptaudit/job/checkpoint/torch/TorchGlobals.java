package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.container.pickle.PickleDialect;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The names that the strict unpickler of torch 2.13 allows ({@code
 * torch/_weights_only_unpickler.py}), as text. Every other name is a finding; deny-lists lose.
 */
final class TorchGlobals {
  static final String REBUILD = "torch._utils _rebuild_tensor";
  static final String REBUILD_V2 = "torch._utils _rebuild_tensor_v2";
  static final String REBUILD_V3 = "torch._utils _rebuild_tensor_v3";
  static final String REBUILD_PARAMETER = "torch._utils _rebuild_parameter";
  static final String REBUILD_PARAMETER_WITH_STATE = "torch._utils _rebuild_parameter_with_state";
  static final String REBUILD_FROM_TYPE = "torch._tensor _rebuild_from_type_v2";
  static final String SIZE = "torch Size";

  /** Kinds of tensors that have no plain storage, by what rebuilds them. */
  static final Map<String, String> OTHER_KINDS =
      Map.of(
          "torch._utils _rebuild_qtensor", "a quantised tensor",
          "torch._utils _rebuild_sparse_tensor", "a sparse tensor",
          "torch._utils _rebuild_sparse_csr_tensor", "a sparse tensor",
          "torch._utils _rebuild_meta_tensor_no_storage", "a meta tensor without values",
          "torch._utils _rebuild_nested_tensor", "a nested tensor",
          "torch._utils _rebuild_wrapper_subclass", "a tensor of a subclass without values",
          "torch._utils _rebuild_device_tensor_from_numpy", "a tensor of another device",
          "torch._utils _rebuild_device_tensor_from_cpu_tensor", "a tensor of another device");

  /** By the name of the storage class, in {@code torch} and {@code torch.cuda}. */
  private static final Map<String, String> STORAGES =
      Map.ofEntries(
          Map.entry("DoubleStorage", "float64"),
          Map.entry("FloatStorage", "float32"),
          Map.entry("HalfStorage", "float16"),
          Map.entry("BFloat16Storage", "bfloat16"),
          Map.entry("LongStorage", "int64"),
          Map.entry("IntStorage", "int32"),
          Map.entry("ShortStorage", "int16"),
          Map.entry("CharStorage", "int8"),
          Map.entry("ByteStorage", "uint8"),
          Map.entry("BoolStorage", "bool"),
          Map.entry("ComplexFloatStorage", "complex64"),
          Map.entry("ComplexDoubleStorage", "complex128"),
          Map.entry("QInt8Storage", "qint8"),
          Map.entry("QUInt8Storage", "quint8"),
          Map.entry("QInt32Storage", "qint32"),
          Map.entry("QUInt4x2Storage", "quint4x2"),
          Map.entry("QUInt2x4Storage", "quint2x4"));

  private static final Set<String> UNTYPED =
      Set.of("torch.storage UntypedStorage", "torch.storage TypedStorage");

  private static final String DTYPES =
      """
      bfloat16 bits16 bits1x8 bits2x4 bits4x2 bits8 bool cdouble cfloat chalf complex128 complex32
      complex64 double float float16 float32 float4_e2m1fn_x2 float64 float8_e4m3fn
      float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu half int int1 int16 int2 int3
      int32 int4 int5 int6 int64 int7 int8 long qint32 qint8 quint2x4 quint4x2 quint8 short uint1
      uint16 uint2 uint3 uint32 uint4 uint5 uint6 uint64 uint7 uint8""";

  private static final String OTHERS =
      """
      collections OrderedDict
      collections Counter
      builtins set
      __builtin__ set
      builtins bytearray
      __builtin__ bytearray
      builtins complex
      __builtin__ complex
      _codecs encode
      torch Size
      torch device
      torch Tensor
      torch.nn.parameter Parameter
      torch.serialization _get_layout
      torch._tensor _rebuild_from_type_v2
      torch._utils _rebuild_tensor
      torch._utils _rebuild_tensor_v2
      torch._utils _rebuild_tensor_v3
      torch._utils _rebuild_parameter
      torch._utils _rebuild_parameter_with_state
      """;

  static final PickleDialect DIALECT =
      new PickleDialect(
          allowed(),
          Set.of("collections OrderedDict", "collections Counter"),
          Set.of("builtins set", "__builtin__ set"));

  private TorchGlobals() {}

  private static Set<String> allowed() {
    Set<String> allowed = new TreeSet<>(OTHER_KINDS.keySet());
    OTHERS.lines().map(String::strip).forEach(allowed::add);
    for (String dtype : DTYPES.split("\\s+")) {
      allowed.add("torch " + dtype);
    }
    for (String storage : STORAGES.keySet()) {
      allowed.add("torch " + storage);
      allowed.add("torch.cuda " + storage);
    }
    allowed.addAll(UNTYPED);
    return Set.copyOf(allowed);
  }

  /** The dtype of a typed storage, as torch calls it; "bytes" of an untyped one. */
  static Optional<String> storageType(String global) {
    if (UNTYPED.contains(global)) {
      return Optional.of("bytes");
    }
    int space = global.indexOf(' ');
    String module = global.substring(0, space);
    return module.equals("torch") || module.equals("torch.cuda")
        ? Optional.ofNullable(STORAGES.get(global.substring(space + 1)))
        : Optional.empty();
  }
}
