package io.ckptaudit.job.checkpoint;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Roles by name, for HuggingFace's Llama, Mixtral, Qwen, GPT-2, T5, GPT-NeoX, Falcon and Phi and
 * for Meta's own names. The last telling part of the name decides; its parents settle the few names
 * that two architectures use for different things.
 */
final class RoleRules {
  private static final Pattern SCALE = Pattern.compile("(.*_)?scales?(_inv|_\\d+)?");
  private static final Pattern NORM = Pattern.compile(".*norm\\d*|.*norm_.*|ln\\d*|ln_.*");

  /** Parts that say how a weight is stored, not what it is. */
  private static final Set<String> STORAGE =
      Set.of(
          "weight",
          "qweight",
          "weight_packed",
          "lora_a",
          "lora_b",
          "default",
          "base_layer",
          "gamma");

  private static final Set<String> EXPERTS =
      Set.of("experts", "expert", "shared_expert", "shared_experts", "local_experts");

  private static final Set<String> ATTENTION =
      Set.of(
          "attn", "attention", "self_attn", "self_attention", "selfattention", "encdecattention");

  private static final Map<String, Role> BY_PART =
      Map.ofEntries(
          Map.entry("q_proj", Role.Q),
          Map.entry("q_a_proj", Role.Q),
          Map.entry("q_b_proj", Role.Q),
          Map.entry("wq", Role.Q),
          Map.entry("q", Role.Q),
          Map.entry("query", Role.Q),
          Map.entry("k_proj", Role.K),
          Map.entry("wk", Role.K),
          Map.entry("k", Role.K),
          Map.entry("key", Role.K),
          Map.entry("v_proj", Role.V),
          Map.entry("wv", Role.V),
          Map.entry("v", Role.V),
          Map.entry("value", Role.V),
          Map.entry("o_proj", Role.O),
          Map.entry("out_proj", Role.O),
          Map.entry("o", Role.O),
          Map.entry("qkv_proj", Role.QKV),
          Map.entry("qkv", Role.QKV),
          Map.entry("wqkv", Role.QKV),
          Map.entry("c_attn", Role.QKV),
          Map.entry("query_key_value", Role.QKV),
          Map.entry("in_proj_weight", Role.QKV),
          Map.entry("gate_proj", Role.GATE),
          Map.entry("w1", Role.GATE),
          Map.entry("wi_0", Role.GATE),
          Map.entry("up_proj", Role.UP),
          Map.entry("w3", Role.UP),
          Map.entry("wi", Role.UP),
          Map.entry("wi_1", Role.UP),
          Map.entry("c_fc", Role.UP),
          Map.entry("fc1", Role.UP),
          Map.entry("fc_in", Role.UP),
          Map.entry("dense_h_to_4h", Role.UP),
          Map.entry("down_proj", Role.DOWN),
          Map.entry("w2", Role.DOWN),
          Map.entry("fc2", Role.DOWN),
          Map.entry("fc_out", Role.DOWN),
          Map.entry("dense_4h_to_h", Role.DOWN),
          Map.entry("gate_up_proj", Role.GATE_UP),
          Map.entry("w13", Role.GATE_UP),
          Map.entry("gate", Role.ROUTER),
          Map.entry("router", Role.ROUTER),
          Map.entry("shared_expert_gate", Role.ROUTER),
          Map.entry("lm_head", Role.HEAD),
          Map.entry("embed_out", Role.HEAD),
          Map.entry("embed_tokens", Role.EMBED),
          Map.entry("embed_in", Role.EMBED),
          Map.entry("wte", Role.EMBED),
          Map.entry("wpe", Role.EMBED));

  private RoleRules() {}

  static Role role(String name) {
    List<String> parts = Arrays.asList(name.toLowerCase(Locale.ROOT).split("\\.", -1));
    int last = parts.size() - 1;
    String end = parts.get(last);
    if (end.equals("bias") || end.endsWith("_bias")) {
      return Role.BIAS;
    }
    if (end.contains("scale") && SCALE.matcher(end).matches()) {
      return Role.SCALE;
    }
    while (last > 0 && STORAGE.contains(parts.get(last))) {
      last--;
    }
    Role role = ofModule(parts, last);
    return isInExpert(parts) ? role.ofExpert() : role;
  }

  private static Role ofModule(List<String> parts, int at) {
    String module = parts.get(at);
    Role known = BY_PART.get(module);
    if (known != null) {
      return known;
    }
    if (NORM.matcher(module).matches()) {
      return Role.NORM;
    }
    boolean top = at == 0;
    boolean inAttention = !Collections.disjoint(parts.subList(0, at), ATTENTION);
    return switch (module) {
      case "wo" -> isUnder(parts, at, "densereludense") || isInExpert(parts) ? Role.DOWN : Role.O;
      case "c_proj" -> inAttention ? Role.O : Role.DOWN;
      case "dense" -> inAttention ? Role.O : Role.OTHER;
      case "classifier" -> isUnder(parts, at, "router") ? Role.ROUTER : Role.HEAD;
      case "output", "head", "score" -> top ? Role.HEAD : Role.OTHER;
      case "shared" -> top ? Role.EMBED : Role.OTHER;
      default -> module.contains("embed") ? Role.EMBED : Role.OTHER;
    };
  }

  private static boolean isUnder(List<String> parts, int at, String parent) {
    return at > 0 && parts.get(at - 1).equals(parent);
  }

  private static boolean isInExpert(List<String> parts) {
    for (String part : parts) {
      if (isExpert(part)) {
        return true;
      }
    }
    return false;
  }

  /** Switch Transformers number theirs: {@code expert_7}. */
  private static boolean isExpert(String part) {
    return EXPERTS.contains(part) || part.startsWith("expert_");
  }
}
