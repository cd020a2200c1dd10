package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Quoted;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The storages that tensors refer to, each looked up once, and how much of them is used. */
final class StorageTable {
  private static final double WASTE = 0.5;

  private final StorageSource source;
  private final TorchReport report;
  private final long base;
  private final Map<String, Entry> entries = new HashMap<>();

  private static final class Entry {
    private final StorageRef first;
    private final Region region;
    private final TreeMap<Long, Long> used = new TreeMap<>();

    Entry(StorageRef first, Region region) {
      this.first = first;
      this.region = region;
    }
  }

  /**
   * @param base where the pickle begins in the file
   */
  StorageTable(StorageSource source, TorchReport report, long base) {
    this.source = source;
    this.report = report;
    this.base = base;
  }

  /** Where the storage of a tensor is; empty if there is none that can be trusted. */
  Optional<Region> find(StorageRef ref, String tensor) {
    Entry entry = entries.get(ref.key());
    if (entry == null) {
      entry = new Entry(ref, source.region(ref, tensor).orElse(null));
      entries.put(ref.key(), entry);
    } else if (!entry.first.type().equals(ref.type()) || entry.first.elements() != ref.elements()) {
      alias(entry.first, ref, tensor);
      return Optional.empty();
    }
    return Optional.ofNullable(entry.region);
  }

  private void alias(StorageRef first, StorageRef ref, String tensor) {
    report.add(
        report
            .error(FormatRule.PT_STORAGE_ALIAS, "Cannot audit tensor")
            .tensor(tensor)
            .at(base + ref.position())
            .because(
                "its storage %s has %d elements of %s here and %d of %s before",
                Quoted.of(ref.key()), ref.elements(), ref.type(), first.elements(), first.type())
            .reference("refuses another dtype, accepts another number")
            .todo(TorchReport.DISTRUST));
  }

  /** Notes that a tensor uses these bytes of its storage. */
  void use(StorageRef ref, long offset, long bytes) {
    entries.get(ref.key()).used.merge(offset, offset + bytes, Math::max);
  }

  /** Says how much of the storages belongs to no tensor, if it is a lot. */
  void reportWaste(String file) {
    long wasted = 0;
    long storages = 0;
    String largest = null;
    long most = 0;
    for (Entry entry : entries.values()) {
      long waste = entry.region == null ? 0 : entry.region.bytes() - covered(entry);
      if (waste > 0 && waste > WASTE * entry.region.bytes()) {
        wasted += waste;
        storages++;
        boolean more = waste > most || waste == most && entry.first.key().compareTo(largest) < 0;
        largest = more ? entry.first.key() : largest;
        most = Math.max(most, waste);
      }
    }
    if (storages > 0) {
      report.add(
          Problem.info(FormatRule.PT_STORAGE_WASTE, "Cannot say what part of the storages is for")
              .in(file)
              .because(
                  "%d bytes in %d storages belong to no tensor, %d of them in storage %s",
                  wasted, storages, most, Quoted.of(largest))
              .reference("loads it all")
              .todo("clone the tensors before saving, if that was not meant"));
    }
  }

  private static long covered(Entry entry) {
    long covered = 0;
    long end = 0;
    for (Map.Entry<Long, Long> range : entry.used.entrySet()) {
      covered += Math.max(0, range.getValue() - Math.max(end, range.getKey()));
      end = Math.max(end, range.getValue());
    }
    return covered;
  }
}
