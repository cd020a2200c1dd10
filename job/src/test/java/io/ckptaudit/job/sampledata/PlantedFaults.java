package io.ckptaudit.job.sampledata;

import java.util.List;

/** What goes wrong with checkpoints, planted one fault a tensor. */
final class PlantedFaults {

  /** A BF16 value beyond 65520, from where on F16 is infinite. */
  static final double OUTLIER = 70144;

  private PlantedFaults() {}

  static List<Tensor> in(List<Tensor> model) {
    return model.stream().map(PlantedFaults::planted).toList();
  }

  private static Tensor planted(Tensor tensor) {
    return switch (tensor.name()) {
      case "model.layers.0.self_attn.q_proj.weight" ->
          tensor.changed((i, value) -> i == 1000 ? OUTLIER : value);
      case "model.layers.1.mlp.down_proj.weight" -> tensor.changed(PlantedFaults::notFinite);
      case "model.layers.2.self_attn.v_proj.weight" -> tensor.changed((i, value) -> 0);
      case "model.layers.2.mlp.gate_proj.weight" -> tensor.changed((i, value) -> 0.125);
      case "model.layers.3.mlp.up_proj.weight" -> tensor.changed((i, value) -> value * 0x1p-12);
      default -> tensor;
    };
  }

  /** Three NaN, two +Inf, one -Inf: different numbers, so that they cannot be mistaken. */
  private static double notFinite(int index, double value) {
    return switch (index) {
      case 100, 101, 102 -> Double.NaN;
      case 200, 201 -> Double.POSITIVE_INFINITY;
      case 300 -> Double.NEGATIVE_INFINITY;
      default -> value;
    };
  }
}
