package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.container.ByteWindow;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Storages one after the other, each behind its number of elements. Where one of them is not what
 * the tensors say, nothing after it can be found.
 */
final class LegacyStorages implements StorageSource {
  private final TorchFile file;
  private final TorchReport report;
  private final long base;
  private final Map<String, Region> regions = new HashMap<>();

  /** Whether storages are missing because of one before them. */
  private boolean lost;

  LegacyStorages(TorchFile file, long base) {
    this.file = file;
    this.report = file.report();
    this.base = base;
  }

  /** Goes through the storages in the order of their keys. */
  void locate(List<String> keys, List<StorageRef> referred, long start) throws IOException {
    Map<String, StorageRef> refs = new HashMap<>();
    referred.forEach(ref -> refs.putIfAbsent(ref.key(), ref));
    ByteWindow window = new ByteWindow(file.bytes(), file.bytes().length());
    long at = start;
    for (String key : keys) {
      if (!window.has(at, Long.BYTES)) {
        truncated(key, Long.BYTES);
        return;
      }
      StorageRef ref = refs.get(key);
      long count = window.at(at, Long.BYTES).getLong(0);
      if (ref == null || ref.elements() != count || ref.bytes() < 0) {
        contradiction(key, at, count, ref);
        return;
      }
      at += Long.BYTES;
      if (!window.has(at, ref.bytes())) {
        truncated(key, ref.bytes());
        return;
      }
      regions.put(key, new Region(at, ref.bytes(), null));
      at += ref.bytes();
    }
    if (at < file.bytes().length()) {
      trailing(at);
    }
  }

  private void truncated(String key, long bytes) {
    lost = true;
    report.add(
        report
            .error(
                FormatRule.LEG_TRUNCATED,
                "Cannot audit storage " + Quoted.of(key) + " and the rest")
            .at(file.bytes().length())
            .because("the file ends before the %d bytes of it do", bytes)
            .reference("fails")
            .todo(TorchReport.DOWNLOAD));
  }

  private void contradiction(String key, long at, long count, StorageRef ref) {
    lost = true;
    String said = ref == null ? "nothing refers to it" : "tensors say " + ref.elements();
    report.add(
        report
            .error(
                FormatRule.LEG_STORAGE, "Cannot audit storage " + Quoted.of(key) + " and the rest")
            .at(at)
            .because("it states %d elements and %s", count, said)
            .reference("fails")
            .todo(TorchReport.DISTRUST));
  }

  private void trailing(long at) {
    report.add(
        Problem.warning(FormatRule.LEG_TRAILING, "Cannot account for the end of the file")
            .in(file.name())
            .at(at)
            .because("%d bytes follow the last storage", file.bytes().length() - at)
            .reference("ignores them")
            .todo(TorchReport.DISTRUST));
  }

  @Override
  public Optional<Region> region(StorageRef ref, String tensor) {
    Region region = regions.get(ref.key());
    if (region == null && !lost) {
      report.add(
          report
              .error(FormatRule.PT_MISSING_STORAGE, "Cannot find the storage of tensor")
              .tensor(tensor)
              .at(base + ref.position())
              .because("the list of keys does not have %s", Quoted.of(ref.key()))
              .reference("leaves whatever was in memory")
              .todo(TorchReport.DOWNLOAD));
    }
    return Optional.ofNullable(region);
  }
}
