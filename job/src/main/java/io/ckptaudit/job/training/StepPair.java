package io.ckptaudit.job.training;

import io.ckptaudit.job.checkpoint.TensorEntry;
import java.io.Serializable;

/** A tensor in both steps: same name, shape and dtype, in one piece in either. */
public record StepPair(TensorEntry before, TensorEntry after) implements Serializable {

  public String name() {
    return before.name();
  }
}
