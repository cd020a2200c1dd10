package io.ckptaudit.job.container.pickle;

/** Python's None. */
public enum PickleNone {
  NONE
}
