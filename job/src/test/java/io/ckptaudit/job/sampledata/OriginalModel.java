package io.ckptaudit.job.sampledata;

import io.ckptaudit.udfs.number.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A healthy BF16 model, in the order of a Llama's state dict.
 *
 * <p>Weights are gaussian, as a trained matrix nearly is, and norms lie around one. The rows of
 * reserved tokens, which no training text has, were shrunk by weight decay alone: they are what an
 * F16 copy rounds and flushes. Drawn by {@link Random}, whose documentation fixes every value of
 * {@code nextGaussian}, StrictMath included.
 */
final class OriginalModel {

  /** The last rows of the embedding. */
  static final int RESERVED_TOKENS = 16;

  private static final double WEIGHTS = 0.02;
  private static final double NORMS = 0.1;

  /** About 2^-18: most of a gaussian this narrow is below 2^-17, where BF16 is finer than F16. */
  private static final double RESERVED = 4e-6;

  private final ModelShape shape;
  private final Random random;
  private final List<Tensor> tensors = new ArrayList<>();

  private OriginalModel(ModelShape shape, long seed) {
    this.shape = shape;
    random = new Random(seed);
  }

  /** The tensors of a shape and seed, always the same. */
  static List<Tensor> of(ModelShape shape, long seed) {
    OriginalModel model = new OriginalModel(shape, seed);
    model.embedding();
    for (int layer = 0; layer < shape.layers(); layer++) {
      model.layer("model.layers." + layer + ".");
    }
    model.norm("model.norm.weight");
    model.matrix("lm_head.weight", shape.vocabularySize(), shape.hiddenSize(), WEIGHTS);
    return List.copyOf(model.tensors);
  }

  private void embedding() {
    int trained = (shape.vocabularySize() - RESERVED_TOKENS) * shape.hiddenSize();
    add(
        "model.embed_tokens.weight",
        List.of(shape.vocabularySize(), shape.hiddenSize()),
        i -> gaussian(0, i < trained ? WEIGHTS : RESERVED));
  }

  private void layer(String prefix) {
    int hidden = shape.hiddenSize();
    int keyValue = shape.keyValueSize();
    int intermediate = shape.intermediateSize();
    // Projections back into the residual stream start smaller, by the number of them.
    double residual = WEIGHTS / StrictMath.sqrt(2.0 * shape.layers());
    matrix(prefix + "self_attn.q_proj.weight", hidden, hidden, WEIGHTS);
    matrix(prefix + "self_attn.k_proj.weight", keyValue, hidden, WEIGHTS);
    matrix(prefix + "self_attn.v_proj.weight", keyValue, hidden, WEIGHTS);
    matrix(prefix + "self_attn.o_proj.weight", hidden, hidden, residual);
    matrix(prefix + "mlp.gate_proj.weight", intermediate, hidden, WEIGHTS);
    matrix(prefix + "mlp.up_proj.weight", intermediate, hidden, WEIGHTS);
    matrix(prefix + "mlp.down_proj.weight", hidden, intermediate, residual);
    norm(prefix + "input_layernorm.weight");
    norm(prefix + "post_attention_layernorm.weight");
  }

  private void matrix(String name, int rows, int columns, double deviation) {
    add(name, List.of(rows, columns), i -> gaussian(0, deviation));
  }

  private void norm(String name) {
    add(name, List.of(shape.hiddenSize()), i -> gaussian(1, NORMS));
  }

  private void add(String name, List<Integer> dimensions, Tensor.Values values) {
    tensors.add(Tensor.of(name, DType.BF16, dimensions, values));
  }

  private double gaussian(double mean, double deviation) {
    return mean + deviation * random.nextGaussian();
  }
}
