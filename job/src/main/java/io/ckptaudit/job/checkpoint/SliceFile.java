package io.ckptaudit.job.checkpoint;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that torch's distributed checkpoint (DCP) gives safetensors files with slices: {@code
 * shard-00002-model-00001-of-00003.safetensors} is of rank 2, and the first of three files that a
 * rank may have. A rank has no file where it has nothing to write to it. Source:
 * torch/distributed/checkpoint/_hf_utils.py.
 *
 * @param rank from 1
 * @param model the name without the rank, {@code model-00001-of-00003.safetensors}
 */
public record SliceFile(int rank, String model) {
  private static final Pattern NAME =
      Pattern.compile("(?:[^/]*/)*shard-(\\d{5})-(model-\\d{5}-of-\\d{5}\\.safetensors)");

  public static boolean isOne(String name) {
    return NAME.matcher(name).matches();
  }

  /** What the name of such a file says. */
  public static SliceFile of(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "Not the name of a file of slices: %s; ask isOne first".formatted(Quoted.of(name)));
    }
    return new SliceFile(Integer.parseInt(matcher.group(1)), matcher.group(2));
  }
}
