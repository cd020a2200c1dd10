package io.ckptaudit.job.compare;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * Tensors that belong together: usually one of each side; several where the other side holds them
 * as one; none on a side where nothing belongs to the other.
 */
public record Pair(List<SideTensor> left, List<SideTensor> right, How how) implements Serializable {

  /** Why they belong together. */
  public enum How {
    GIVEN,
    NAME,
    KNOWN_NAME,
    FUSED,
    FIGURES,
    NONE;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public boolean isPaired() {
    return how != How.NONE;
  }

  /** Names promise a shape; figures are those of a transposed tensor too. */
  private boolean fits() {
    boolean named = how == How.GIVEN || how == How.NAME || how == How.KNOWN_NAME;
    return !named || left.get(0).shape().equals(right.get(0).shape());
  }

  /**
   * Whether one side may hold the elements in another order and still be the same: converters
   * permute queries and keys for rotary embeddings, and figures are those of a transposed tensor.
   */
  boolean mayBePermuted() {
    return isRotary() || isTurned();
  }

  /** Whether one side has the queries or keys of Meta, the other those of transformers. */
  boolean isRotary() {
    return how == How.KNOWN_NAME && name().matches(".*(?:[qk]_proj|\\.w[qk])\\.weight");
  }

  /**
   * Whether the same figures came in another shape, so that elements must stand elsewhere. Axes of
   * length 1 put no element anywhere.
   */
  boolean isTurned() {
    return how == How.FIGURES && !squeezed(left.get(0)).equals(squeezed(right.get(0)));
  }

  private static List<Long> squeezed(SideTensor tensor) {
    return tensor.shape().stream().filter(length -> length != 1).toList();
  }

  /** What it is called: by RIGHT's name, since RIGHT is what is being judged. */
  public String name() {
    return (right.isEmpty() ? left : right).get(0).name();
  }

  /** What can be said before any count is looked at; null if counts must be compared. */
  public Statement statementByShape() {
    if (how == How.NONE && KnownNames.isComputed(name())) {
      return Statement.COMPUTED;
    }
    if (how == How.NONE) {
      return left.isEmpty() ? Statement.RIGHT_ONLY : Statement.LEFT_ONLY;
    }
    return fits() ? null : Statement.OTHER_SHAPE;
  }
}
