package io.ckptaudit.job.checkpoint.safetensors;

/**
 * The layout of a safetensors file, little-endian throughout:
 *
 * <pre>
 * 0        8                8 + N                       end
 * +--------+----------------+---------------------------+
 * | N: u64 | N bytes UTF-8  | data, tensor after tensor |
 * |        | JSON header    | without holes or overlap  |
 * +--------+----------------+---------------------------+
 * </pre>
 *
 * The header is {@code {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}},
 * offsets relative to the data, with an optional {@code "__metadata__"} of strings. Source:
 * safetensors/src/tensor.rs and the README of safetensors 0.8.
 */
final class SafetensorsFormat {
  static final String SUFFIX = ".safetensors";
  static final String INDEX_SUFFIX = ".safetensors.index.json";

  /** Width of N. */
  static final int PREFIX_BYTES = 8;

  /** Of the reference, {@code MAX_HEADER_SIZE}. */
  static final long LONGEST_HEADER = 100_000_000;

  static final String METADATA = "__metadata__";

  /**
   * In the metadata of a distributed checkpoint (DCP): where in their tensors the slices of the
   * file begin. How large the tensors are stands nowhere.
   */
  static final String SHARDING = "DCP_SHARDING_INFO";

  static final String DTYPE = "dtype";
  static final String SHAPE = "shape";
  static final String DATA_OFFSETS = "data_offsets";

  private SafetensorsFormat() {}

  /** Where the data begins. */
  static long dataStart(long headerBytes) {
    return PREFIX_BYTES + headerBytes;
  }
}
