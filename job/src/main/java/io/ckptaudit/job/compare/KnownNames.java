package io.ckptaudit.job.compare;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names that different writers give the same tensors. */
final class KnownNames {

  private static final Map<String, String> META =
      Map.of(
          "tok_embeddings.weight", "model.embed_tokens.weight",
          "norm.weight", "model.norm.weight",
          "output.weight", "lm_head.weight");

  private static final Map<String, String> META_IN_LAYER =
      Map.of(
          "attention.wq", "self_attn.q_proj",
          "attention.wk", "self_attn.k_proj",
          "attention.wv", "self_attn.v_proj",
          "attention.wo", "self_attn.o_proj",
          "feed_forward.w1", "mlp.gate_proj",
          "feed_forward.w2", "mlp.down_proj",
          "feed_forward.w3", "mlp.up_proj",
          "attention_norm", "input_layernorm",
          "ffn_norm", "post_attention_layernorm");

  private static final Pattern COMPUTED =
      Pattern.compile("rope\\.freqs|(?:.+\\.)?rotary_emb\\.inv_freq");

  private static final Pattern LAYER = Pattern.compile("layers\\.([0-9]{1,9})\\.(.+)\\.weight");

  /**
   * A tensor that holds others one after the other.
   *
   * @param fused with the prefix as first group, and what its parts end in as last
   * @param parts what follows the prefix in the name of a part; {@code #} is any index
   */
  record Fusion(Pattern fused, List<String> parts) {

    static Fusion of(String fused, String... parts) {
      return new Fusion(Pattern.compile(fused), List.of(parts));
    }

    /** What the names of parts match; null if the name is not of such a tensor. */
    Pattern partsOf(String name) {
      Matcher matcher = fused.matcher(name);
      if (!matcher.matches()) {
        return null;
      }
      String any = String.join("|", parts).replace(".", "\\.").replace("#", "[0-9]{1,9}");
      String end = matcher.groupCount() > 1 ? matcher.group(2) : ".weight";
      return Pattern.compile(
          Pattern.quote(matcher.group(1)) + "(?<part>" + any + ")" + Pattern.quote(end));
    }

    /**
     * Where a part stands in the whole: by its index, then as the parts do.
     *
     * @param names what {@link #partsOf} gave, which the name matches
     */
    long placeOf(Pattern names, String name) {
      Matcher matcher = names.matcher(name);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("No part: " + name);
      }
      String part = matcher.group("part");
      String kind = part.replaceFirst("^[0-9]+", "#");
      long index = kind.equals(part) ? 0 : Long.parseLong(part.substring(0, part.indexOf('.')));
      return index * parts.size() + parts.indexOf(kind);
    }
  }

  static final List<Fusion> FUSIONS =
      List.of(
          Fusion.of(
              "(.*\\.)(?:qkv_proj|query_key_value|Wqkv|W_pack)(\\.weight|\\.bias)",
              "q_proj",
              "k_proj",
              "v_proj"),
          Fusion.of("(.*\\.)gate_up_proj(\\.weight|\\.bias)", "gate_proj", "up_proj"),
          Fusion.of("(.*\\.experts\\.)gate_up_proj", "#.gate_proj", "#.up_proj"),
          Fusion.of("(.*\\.experts\\.)down_proj", "#.down_proj"));

  private KnownNames() {}

  /** Whether a tensor is worked out from the configuration, so that writers may leave it out. */
  static boolean isComputed(String name) {
    return COMPUTED.matcher(name).matches();
  }

  /** The name that the converter of transformers gives a tensor of Meta; others as they are. */
  static String canonical(String name) {
    Matcher layer = LAYER.matcher(name);
    if (layer.matches() && META_IN_LAYER.containsKey(layer.group(2))) {
      return "model.layers." + layer.group(1) + "." + META_IN_LAYER.get(layer.group(2)) + ".weight";
    }
    return META.getOrDefault(name, name);
  }
}
