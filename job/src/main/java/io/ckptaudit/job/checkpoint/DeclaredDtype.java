package io.ckptaudit.job.checkpoint;

import io.ckptaudit.udfs.number.DType;
import java.util.Map;
import java.util.Optional;

/** The names torch gives to dtypes, as config.json has them. */
final class DeclaredDtype {
  private static final String TORCH = "torch.";
  private static final Map<String, DType> BY_TORCH_NAME =
      Map.of(
          "float16", DType.F16,
          "half", DType.F16,
          "bfloat16", DType.BF16,
          "float32", DType.F32,
          "float", DType.F32,
          "float64", DType.F64,
          "double", DType.F64,
          "float8_e4m3fn", DType.F8_E4M3,
          "float8_e5m2", DType.F8_E5M2);

  private DeclaredDtype() {}

  static String normalised(String text) {
    return text.startsWith(TORCH) ? text.substring(TORCH.length()) : text;
  }

  static Optional<DType> toDType(String normalised) {
    return Optional.ofNullable(BY_TORCH_NAME.get(normalised));
  }
}
