package io.ckptaudit.job.checkpoint;

import java.util.Set;

/**
 * What the name of a tensor says of its place. The layer is the prefix up to and including the
 * outermost block index ({@code model.layers.12}, {@code encoder.block.3}); without one, the name
 * less its last part ({@code lm_head}); a name without a dot is its own layer.
 */
public final class TensorName {
  private static final Set<String> BLOCKS = Set.of("layers", "layer", "h", "blocks", "block");
  private static final int INDEX_DIGITS = 9;

  private final String name;
  private final String layer;
  private final Integer layerIndex;

  private TensorName(String name, String layer, Integer layerIndex) {
    this.name = name;
    this.layer = layer;
    this.layerIndex = layerIndex;
  }

  public static TensorName of(String name) {
    int partStart = 0;
    boolean afterBlock = false;
    while (partStart <= name.length()) {
      int partEnd = name.indexOf('.', partStart);
      partEnd = partEnd < 0 ? name.length() : partEnd;
      String part = name.substring(partStart, partEnd);
      if (afterBlock && isIndex(part)) {
        return new TensorName(name, name.substring(0, partEnd), index(part));
      }
      afterBlock = BLOCKS.contains(part);
      partStart = partEnd + 1;
    }
    int lastDot = name.lastIndexOf('.');
    return new TensorName(name, lastDot < 0 ? name : name.substring(0, lastDot), null);
  }

  private static boolean isIndex(String part) {
    for (int i = 0; i < part.length(); i++) {
      if (part.charAt(i) < '0' || part.charAt(i) > '9') {
        return false;
      }
    }
    return !part.isEmpty();
  }

  private static Integer index(String digits) {
    return digits.length() > INDEX_DIGITS ? null : Integer.valueOf(digits);
  }

  public String layer() {
    return layer;
  }

  /** The outermost block index; null if there is none, or none that a layer could have. */
  public Integer layerIndex() {
    return layerIndex;
  }

  public Role role() {
    return RoleRules.role(name);
  }
}
