package io.ckptaudit.job.checkpoint;

import java.util.Locale;

/** What a tensor does in a transformer, as far as its name tells. */
public enum Role {
  EMBED,
  Q,
  K,
  V,
  O,
  QKV,
  GATE,
  UP,
  DOWN,
  GATE_UP,
  ROUTER,
  EXPERT_GATE,
  EXPERT_UP,
  EXPERT_DOWN,
  EXPERT_GATE_UP,
  NORM,
  HEAD,
  BIAS,
  SCALE,
  OTHER;

  /** As the tables write it: {@code expert_gate}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The same role inside an expert, where there is such a role. */
  Role ofExpert() {
    return switch (this) {
      case GATE -> EXPERT_GATE;
      case UP -> EXPERT_UP;
      case DOWN -> EXPERT_DOWN;
      case GATE_UP -> EXPERT_GATE_UP;
      default -> this;
    };
  }
}
