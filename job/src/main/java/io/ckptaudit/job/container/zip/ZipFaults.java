package io.ckptaudit.job.container.zip;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects faults; of each kind the first are kept, so that an archive cannot flood the heap. */
final class ZipFaults {
  /** More than anybody reports. */
  private static final int KEPT = 200;

  private final List<ZipFault> kept = new ArrayList<>();
  private final Map<ZipFault.Kind, Integer> seen = new EnumMap<>(ZipFault.Kind.class);

  void add(ZipFault.Kind kind, long offset, String member, String reason) {
    if (seen.merge(kind, 1, Integer::sum) <= KEPT) {
      kept.add(new ZipFault(kind, offset, member, reason));
    }
  }

  void add(ZipFault.Kind kind, long offset, String reason) {
    add(kind, offset, null, reason);
  }

  List<ZipFault> all() {
    return List.copyOf(kept);
  }
}
