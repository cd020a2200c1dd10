package io.ckptaudit.job.checkpoint.safetensors;

import java.util.regex.Pattern;

/**
 * Tells whether a file that torch's distributed checkpoint (DCP) wrote has slices of tensors. It
 * writes its sharding information into files of whole tensors too, which then all begin at 0; files
 * of slices are named {@code shard-00001-model-00001-of-00001.safetensors}, and all but the first
 * slice of a tensor begin elsewhere. Source: torch/distributed/checkpoint/_hf_utils.py.
 */
final class DistributedPart {
  private static final Pattern NAME = Pattern.compile("(?:.*/)?shard-\\d+-.*", Pattern.DOTALL);
  private static final String OFFSETS = "saved_offsets";

  private DistributedPart() {}

  /**
   * @param sharding {@code {"name": {"saved_offsets": [0, 64]}, …}}, not yet believed to be JSON;
   *     null if there is none
   */
  static boolean hasSlices(String file, String sharding) {
    return sharding != null && (NAME.matcher(file).matches() || hasOffsets(sharding));
  }

  /** In one pass, whatever the text is. */
  private static boolean hasOffsets(String sharding) {
    int at = sharding.indexOf(OFFSETS);
    while (at >= 0) {
      int end = sharding.indexOf(']', at);
      int stop = end < 0 ? sharding.length() : end;
      for (int i = at; i < stop; i++) {
        if (sharding.charAt(i) >= '1' && sharding.charAt(i) <= '9') {
          return true;
        }
      }
      at = sharding.indexOf(OFFSETS, stop);
    }
    return false;
  }
}
