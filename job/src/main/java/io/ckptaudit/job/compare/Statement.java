package io.ckptaudit.job.compare;

import java.util.Locale;

/** What holds of a pair, the strongest first; each is worded for exactly what it proves. */
public enum Statement {
  SAME_BITS(
      "the same bits in the same order: equal CRC-32C, and equal counts where there are any", true),
  SAME_IN_ORDER("the same values in the same order, compared element by element", true),
  LOSSLESS_IN_ORDER(
      "the same values in another dtype and in the same order, compared element by element", true),
  IMAGE_IN_ORDER(
      "each of RIGHT's values is exactly LEFT's in its place, changed in a known way", true),
  ORIGINAL_IN_ORDER("each of LEFT's values is exactly RIGHT's in its place, rounded", true),
  SAME_VALUES("the same values; their order is not checked", true),
  LOSSLESS("the same values in another dtype; their order is not checked", true),
  IMAGE(
      "RIGHT's values are exactly LEFT's, changed in a known way; their order is not checked",
      true),
  ORIGINAL("LEFT's values are exactly RIGHT's, rounded; their order is not checked", true),
  MOVED("the values that it should have, but not in the same order", false),
  NOT_PERMUTED(
      "the bits of LEFT in LEFT's order, where RIGHT's names want the rows of queries and keys in"
          + " another: nobody permuted them",
      false),
  SAME_ROUNDINGS(
      "the values round to the same ones of F16 and BF16; whether they are the same is not in the"
          + " stored runs",
      false),
  UNDECIDED(
      "the values may be rounded from each other; what the stored runs have of 32- and 64-bit"
          + " values does not tell",
      false),
  OTHER_BITS(
      "the values round to the same ones of F16 and BF16, but the CRC-32C differs: moved, or"
          + " changed by less than these tell",
      false),
  DIFFERENT("no known change leads from LEFT's values to RIGHT's", false),
  OTHER_SHAPE("the shapes or numbers of elements do not fit", false),
  NOT_COMPARED("a side has no counts, so nothing can be said", false),
  LEFT_ONLY("RIGHT has no such tensor", false),
  RIGHT_ONLY("LEFT has no such tensor", false),
  COMPUTED("no weight: some writers keep what others compute", true);

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

  /** Whether it says that every value is in its place. */
  public boolean isOrdered() {
    return this == SAME_BITS || name().endsWith("_IN_ORDER");
  }

  /** Whether both sides have elements that can be held against each other. */
  public boolean hasElements() {
    return compareTo(DIFFERENT) <= 0 || this == NOT_COMPARED;
  }

  /** Whether it leaves open whether each value is in its place. */
  public boolean isOpen() {
    return hasElements() && this != SAME_BITS;
  }

  /** As tables have it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
