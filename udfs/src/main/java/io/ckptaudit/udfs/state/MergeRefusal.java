package io.ckptaudit.udfs.state;

/** Why two states are no parts of one tensor. */
final class MergeRefusal {

  private MergeRefusal() {}

  static IllegalArgumentException of(TensorState state, TensorState other) {
    return new IllegalArgumentException(
        "Cannot merge "
            + describe(state)
            + " with "
            + describe(other)
            + ": they are no parts of one tensor; group states by tensor, or by layer and dtype");
  }

  private static String describe(TensorState state) {
    if (state instanceof WideCounts wide) {
      return "wide counts of " + wide.dtype() + " with casts to " + wide.targets();
    }
    if (state instanceof ScaleCounts) {
      return "scaling classes of " + state.dtype();
    }
    return (state instanceof CodeCounts ? "code counts of " : "opaque bytes of ") + state.dtype();
  }
}
