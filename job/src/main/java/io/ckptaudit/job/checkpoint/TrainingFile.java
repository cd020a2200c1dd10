package io.ckptaudit.job.checkpoint;

import java.util.regex.Pattern;

/** What training leaves beside the weights: pickles that are read only when named themselves. */
public final class TrainingFile {
  private static final Pattern NAME =
      Pattern.compile(
          "(training_args|optimizer|scheduler|scaler|random_states|rng_state)[^/]*"
              + "\\.(bin|pt|pth|ckpt|pkl)");

  private TrainingFile() {}

  public static boolean isOne(String fileName) {
    return NAME.matcher(fileName).matches();
  }
}
