package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.container.zip.ZipMember;
import java.util.Optional;

/** Storages as members of an archive. */
final class ZipStorages implements StorageSource {
  private final ZipLayout layout;
  private final TorchReport report;
  private final long base;

  ZipStorages(ZipLayout layout, TorchReport report, long base) {
    this.layout = layout;
    this.report = report;
    this.base = base;
  }

  @Override
  public Optional<Region> region(StorageRef ref, String tensor) {
    Optional<ZipMember> found = layout.member(TorchFormat.STORAGES + ref.key());
    if (found.isEmpty()) {
      report.add(
          report
              .error(FormatRule.PT_MISSING_STORAGE, "Cannot find the storage of tensor")
              .tensor(tensor)
              .at(base + ref.position())
              .because("the archive has no member %s", named(ref))
              .reference("fails")
              .todo(TorchReport.DOWNLOAD));
      return Optional.empty();
    }
    ZipMember member = found.get();
    if (ref.bytes() != member.bytes()) {
      wrongSize(ref, tensor, member);
      return Optional.empty();
    }
    if (!member.isStored()) {
      report.add(
          report
              .error(FormatRule.PT_COMPRESSED, "Cannot read the storage of tensor in ranges")
              .tensor(tensor)
              .at(member.recordOffset())
              .because(
                  "member %s is compressed from %d to %d bytes by method %d",
                  named(ref), member.bytes(), member.storedBytes(), member.method())
              .reference("inflates it")
              .todo(TorchReport.RESAVE));
      return Optional.empty();
    }
    if (!member.isReadable() || member.storedBytes() != member.bytes()) {
      return Optional.empty();
    }
    Integer crc = layout.recordsCrc32() ? (Integer) member.crc32() : null;
    return Optional.of(new Region(member.dataOffset(), member.bytes(), crc));
  }

  private void wrongSize(StorageRef ref, String tensor, ZipMember member) {
    report.add(
        report
            .error(FormatRule.PT_STORAGE_SIZE, "Cannot audit tensor")
            .tensor(tensor)
            .at(base + ref.position())
            .because(
                "its storage is said to have %d elements of %s and member %s has %d bytes",
                ref.elements(), ref.type(), named(ref), member.bytes())
            .reference("fails; before 2.10 it read beyond the end")
            .todo(TorchReport.DISTRUST));
  }

  private String named(StorageRef ref) {
    return Quoted.of(layout.root() + TorchFormat.STORAGES + ref.key());
  }
}
