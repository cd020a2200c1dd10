package io.ckptaudit.job.compare;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.udfs.state.ElementDifferences;
import java.io.Serializable;

/**
 * What comparing a pair element by element came to: differences, or why there are none to tell.
 *
 * @param trial what the elements were held to be the image of; null if they were not
 * @param order in which elements were held against each other; null if they were not
 * @param differences of RIGHT's elements from LEFT's image, or the other way round where RIGHT is
 *     the wider original; null if elements were not compared
 * @param fault why the weights could not be read; null if they could
 * @param obstacle why they cannot be compared at all; null if they can
 */
public record ElementsCompared(
    ElementTrial trial,
    ElementOrder order,
    ElementDifferences differences,
    ReadFault fault,
    String obstacle)
    implements Serializable {

  public static ElementsCompared of(
      ElementTrial trial, ElementOrder order, ElementDifferences differences) {
    return new ElementsCompared(trial, order, differences, null, null);
  }

  public static ElementsCompared unread(ReadFault fault) {
    return new ElementsCompared(null, null, null, fault, null);
  }

  public static ElementsCompared impossible(String obstacle) {
    return new ElementsCompared(null, null, null, null, obstacle);
  }

  /** Of two ways in which elements were held against each other, that in which fewer differ. */
  public ElementsCompared nearer(ElementsCompared later) {
    if (!isKnown() || !later.isKnown()) {
      return isKnown() ? later : this;
    }
    return later.differences.different() < differences.different() ? later : this;
  }

  public boolean isKnown() {
    return differences != null;
  }

  public boolean allEqual() {
    return isKnown() && differences.different() == 0;
  }
}
