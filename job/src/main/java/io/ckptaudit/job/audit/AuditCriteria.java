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

/** What to ask of every tensor: which casts to work out, and which of them must not overflow. */
public record AuditCriteria(EnumSet<Target> targets, EnumSet<Target> required)
    implements Serializable {

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
