package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What to ask of every tensor: which casts to work out, which of them must not overflow, and what
 * to make of the answers.
 *
 * @param required those of the policy, or what the user named in their place
 */
public record AuditCriteria(EnumSet<Target> targets, EnumSet<Target> required, Policy policy)
    implements Serializable {

  /** By the built-in policy. */
  public AuditCriteria(EnumSet<Target> targets, EnumSet<Target> required) {
    this(targets, required, Policy.DEFAULT);
  }

  /** The casts that get rows in the report, in the order of {@link Target}. */
  public Set<Target> reported() {
    EnumSet<Target> all = EnumSet.copyOf(targets);
    all.addAll(required);
    return Collections.unmodifiableSet(all);
  }

  /** The casts to count where results cannot be worked out later: reported and declared ones. */
  public Set<Target> counted(Collection<Checkpoint> checkpoints) {
    EnumSet<Target> all = EnumSet.copyOf(targets);
    all.addAll(required);
    for (Checkpoint checkpoint : checkpoints) {
      checkpoint.declared().flatMap(AuditCriteria::castTo).ifPresent(all::add);
    }
    return Collections.unmodifiableSet(all);
  }

  /** All casts to tabulate; any dtype may turn out to be the declared one. */
  public static Set<Target> tabulated() {
    return Collections.unmodifiableSet(EnumSet.allOf(Target.class));
  }

  /** The plain cast to a dtype; empty where there is none that could lose anything. */
  static Optional<Target> castTo(DType dtype) {
    return Arrays.stream(Target.values())
        .filter(target -> !target.isSaturating() && target.name().equals(dtype.name()))
        .findFirst();
  }
}
