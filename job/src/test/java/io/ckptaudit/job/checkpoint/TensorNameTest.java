package io.ckptaudit.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorNameTest {

  /** That of make_fixtures.py. */
  private static final Pattern LAYER =
      Pattern.compile("^(.*?(?:^|\\.)(?:layers|layer|h|blocks|block)\\.\\d+)(?:\\.|$)");

  @ParameterizedTest
  @CsvSource({
    "model.layers.12.self_attn.q_proj.weight, model.layers.12, 12, Q",
    "model.layers.12.self_attn.q_proj.bias, model.layers.12, 12, BIAS",
    "model.layers.0.self_attn.k_proj.weight, model.layers.0, 0, K",
    "model.layers.0.self_attn.v_proj.weight, model.layers.0, 0, V",
    "model.layers.0.self_attn.o_proj.weight, model.layers.0, 0, O",
    "model.layers.0.self_attn.q_norm.weight, model.layers.0, 0, NORM",
    "model.layers.0.mlp.gate_proj.weight, model.layers.0, 0, GATE",
    "model.layers.0.mlp.gate_proj.weight_scale_inv, model.layers.0, 0, SCALE",
    "model.layers.0.mlp.up_proj.weight, model.layers.0, 0, UP",
    "model.layers.0.mlp.down_proj.weight, model.layers.0, 0, DOWN",
    "model.layers.0.mlp.gate_up_proj.weight, model.layers.0, 0, GATE_UP",
    "model.layers.0.mlp.gate.weight, model.layers.0, 0, ROUTER",
    "model.layers.0.input_layernorm.weight, model.layers.0, 0, NORM",
    "model.layers.0.input_layernorm.bias, model.layers.0, 0, BIAS",
    "model.layers.0.block_sparse_moe.gate.weight, model.layers.0, 0, ROUTER",
    "model.layers.0.block_sparse_moe.experts.7.w1.weight, model.layers.0, 0, EXPERT_GATE",
    "model.layers.0.block_sparse_moe.experts.7.w2.weight, model.layers.0, 0, EXPERT_DOWN",
    "model.layers.0.block_sparse_moe.experts.7.w3.weight, model.layers.0, 0, EXPERT_UP",
    "model.layers.0.mlp.experts.3.gate_proj.weight, model.layers.0, 0, EXPERT_GATE",
    "model.layers.0.mlp.experts.gate_up_proj, model.layers.0, 0, EXPERT_GATE_UP",
    "model.layers.0.mlp.shared_expert.up_proj.weight, model.layers.0, 0, EXPERT_UP",
    "model.layers.0.mlp.shared_expert_gate.weight, model.layers.0, 0, ROUTER",
    "model.embed_tokens.weight, model.embed_tokens, , EMBED",
    "model.norm.weight, model.norm, , NORM",
    "lm_head.weight, lm_head, , HEAD",
    "lm_head, lm_head, , HEAD",
    "transformer.h.5.attn.c_attn.weight, transformer.h.5, 5, QKV",
    "transformer.h.5.attn.c_proj.weight, transformer.h.5, 5, O",
    "transformer.h.5.mlp.c_fc.weight, transformer.h.5, 5, UP",
    "transformer.h.5.mlp.c_proj.weight, transformer.h.5, 5, DOWN",
    "h.5.ln_1.weight, h.5, 5, NORM",
    "transformer.ln_f.weight, transformer.ln_f, , NORM",
    "transformer.wte.weight, transformer.wte, , EMBED",
    "wpe.weight, wpe, , EMBED",
    "shared.weight, shared, , EMBED",
    "encoder.block.3.layer.0.SelfAttention.q.weight, encoder.block.3, 3, Q",
    "encoder.block.3.layer.0.SelfAttention.o.weight, encoder.block.3, 3, O",
    "encoder.block.3.layer.0.layer_norm.weight, encoder.block.3, 3, NORM",
    "encoder.block.3.layer.1.DenseReluDense.wi_0.weight, encoder.block.3, 3, GATE",
    "encoder.block.3.layer.1.DenseReluDense.wi_1.weight, encoder.block.3, 3, UP",
    "decoder.block.3.layer.2.DenseReluDense.wo.weight, decoder.block.3, 3, DOWN",
    "decoder.block.3.layer.1.EncDecAttention.k.weight, decoder.block.3, 3, K",
    "encoder.final_layer_norm.weight, encoder.final_layer_norm, , NORM",
    "gpt_neox.layers.9.attention.query_key_value.weight, gpt_neox.layers.9, 9, QKV",
    "gpt_neox.layers.9.attention.dense.weight, gpt_neox.layers.9, 9, O",
    "gpt_neox.layers.9.mlp.dense_h_to_4h.weight, gpt_neox.layers.9, 9, UP",
    "gpt_neox.layers.9.mlp.dense_4h_to_h.weight, gpt_neox.layers.9, 9, DOWN",
    "gpt_neox.embed_in.weight, gpt_neox.embed_in, , EMBED",
    "embed_out.weight, embed_out, , HEAD",
    "transformer.h.1.self_attention.dense.weight, transformer.h.1, 1, O",
    "transformer.word_embeddings.weight, transformer.word_embeddings, , EMBED",
    "model.layers.1.self_attn.dense.weight, model.layers.1, 1, O",
    "model.layers.1.mlp.fc1.weight, model.layers.1, 1, UP",
    "model.layers.1.mlp.fc2.weight, model.layers.1, 1, DOWN",
    "model.layers.1.self_attn.qkv_proj.weight, model.layers.1, 1, QKV",
    "layers.2.attention.wq.weight, layers.2, 2, Q",
    "layers.2.attention.wk.weight, layers.2, 2, K",
    "layers.2.attention.wv.weight, layers.2, 2, V",
    "layers.2.attention.wo.weight, layers.2, 2, O",
    "layers.2.feed_forward.w1.weight, layers.2, 2, GATE",
    "layers.2.feed_forward.w2.weight, layers.2, 2, DOWN",
    "layers.2.feed_forward.w3.weight, layers.2, 2, UP",
    "layers.2.attention_norm.weight, layers.2, 2, NORM",
    "layers.2.ffn_norm.weight, layers.2, 2, NORM",
    "tok_embeddings.weight, tok_embeddings, , EMBED",
    "norm.weight, norm, , NORM",
    "output.weight, output, , HEAD",
    "rope.freqs, rope, , OTHER",
    "model.layers.0.self_attn.k_scale, model.layers.0, 0, SCALE",
    "model.layers.0.mlp.down_proj.input_scale, model.layers.0, 0, SCALE",
    "base.layers.4.self_attn.q_proj.lora_A.weight, base.layers.4, 4, Q",
    "layers.99999999999.w, layers.99999999999, , OTHER",
    "layers, layers, , OTHER",
    "a..b, a., , OTHER",
  })
  void layerIndexAndRole(String name, String layer, Integer index, Role role) {
    TensorName parsed = TensorName.of(name);
    assertThat(parsed.layer()).isEqualTo(layer);
    assertThat(parsed.layerIndex()).isEqualTo(index);
    assertThat(parsed.role()).isEqualTo(role);
  }

  @Test
  void layersAgreeWithTheFixtureGenerator() {
    String[] parts = {"model", "layers", "layer", "h", "blocks", "block", "0", "12", "x1", "", "w"};
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      StringBuilder name = new StringBuilder(parts[random.nextInt(parts.length)]);
      for (int more = random.nextInt(6); more > 0; more--) {
        name.append('.').append(parts[random.nextInt(parts.length)]);
      }
      Matcher matcher = LAYER.matcher(name);
      int dot = name.lastIndexOf(".");
      String expected =
          matcher.find() ? matcher.group(1) : dot < 0 ? name.toString() : name.substring(0, dot);
      assertThat(TensorName.of(name.toString()).layer()).as(name.toString()).isEqualTo(expected);
    }
  }

  @Test
  void idsAreWhatTheTablesHold() {
    assertThat(Role.EXPERT_GATE_UP.id()).isEqualTo("expert_gate_up");
  }
}
