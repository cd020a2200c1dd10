package io.ckptaudit.job.compare;

import java.util.Locale;

/** What holds of a pair, the strongest first; each is worded for exactly what it proves. */
public enum Statement {
  SAME_BITS("the same bits in the same order: counts and CRC-32C are equal", true),
  SAME_VALUES("the same values; their order is not checked", true),
  LOSSLESS("the same values in another dtype; their order is not checked", true),
  IMAGE(
      "RIGHT's values are exactly LEFT's, changed in a known way; their order is not checked",
      true),
  ORIGINAL("LEFT's values are exactly RIGHT's, rounded; their order is not checked", true),
  MOVED("the same values, but not in the same order: the CRC-32C differs", false),
  SAME_ROUNDINGS(
      "the values round to the same ones of F16 and BF16; whether they are the same is not in the"
          + " stored runs",
      false),
  DIFFERENT("no known change leads from LEFT's values to RIGHT's", false),
  OTHER_SHAPE("the shapes or numbers of elements do not fit", false),
  NOT_COMPARED("a side has no counts, so nothing can be said", false),
  LEFT_ONLY("RIGHT has no such tensor", false),
  RIGHT_ONLY("LEFT has no such tensor", false);

  private final String meaning;
  private final boolean accounted;

  Statement(String meaning, boolean accounted) {
    this.meaning = meaning;
    this.accounted = accounted;
  }

  public String meaning() {
    return meaning;
  }

  /** Whether it accounts for every value. */
  public boolean isAccounted() {
    return accounted;
  }

  /** As tables have it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
