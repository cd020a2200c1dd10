package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FileKind;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.StoredRange;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.container.pickle.Pickle;
import io.ckptaudit.job.container.zip.ZipArchive;
import io.ckptaudit.job.container.zip.ZipContent;
import io.ckptaudit.job.container.zip.ZipMember;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads one zip archive: its members by name, its pickle, and where the storages are. */
final class ZipShard {
  private final TorchFile file;
  private final TorchReport report;

  ZipShard(TorchFile file) {
    this.file = file;
    this.report = file.report();
  }

  ShardHeader header() throws IOException {
    ZipArchive archive = ZipArchive.read(file.bytes());
    report.zip(archive.faults());
    if (archive.members().isEmpty()) {
      if (archive.faults().isEmpty()) {
        layout(0, "the archive has no members");
      }
      return file.header(TorchFile.Tensors.UNKNOWN);
    }
    ZipLayout layout = new ZipLayout(archive, report);
    Optional<String> other = layout.otherKind();
    if (other.isPresent()) {
      return TorchScan.unsupported(file.name(), file.problems(), other.get());
    }
    layout.verifyNames();
    Optional<ZipMember> pickle = layout.member(TorchFormat.PICKLE);
    if (pickle.isEmpty()) {
      layout(0, "it has no member " + Quoted.of(layout.root() + TorchFormat.PICKLE));
      return file.header(TorchFile.Tensors.UNKNOWN);
    }
    ZipSettings settings = new ZipSettings(file, layout);
    settings.verifyVersion();
    TorchFile.Tensors tensors = tensors(archive, layout, pickle.get(), settings.isBigEndian());
    return file.header(tensors).with(otherRanges(archive, pickle.get(), tensors.listed()));
  }

  private void layout(long at, String why) {
    report.add(
        report
            .error(FormatRule.PT_LAYOUT, "Cannot find the checkpoint in the archive")
            .at(at)
            .because("%s", why)
            .reference("fails")
            .todo(TorchReport.DISTRUST));
  }

  /** Members with a CRC-32 that no tensor stands for; that of the pickle is verified already. */
  private static List<StoredRange> otherRanges(
      ZipArchive archive, ZipMember pickle, List<TensorEntry> tensors) {
    Set<Long> whole = new HashSet<>(Set.of(pickle.dataOffset()));
    tensors.stream()
        .filter(tensor -> tensor.slices().size() == 1 && tensor.slices().get(0).crc32() != null)
        .forEach(tensor -> whole.add(tensor.slices().get(0).offset()));
    return archive.members().stream()
        .filter(member -> archive.recordsCrc32() && member.isReadable() && member.isStored())
        .filter(member -> member.bytes() > 0 && !whole.contains(member.dataOffset()))
        .sorted(Comparator.comparingLong(ZipMember::dataOffset))
        .map(m -> new StoredRange(m.name(), m.dataOffset(), m.bytes(), m.crc32()))
        .toList();
  }

  private TorchFile.Tensors tensors(
      ZipArchive archive, ZipLayout layout, ZipMember member, boolean bigEndian)
      throws IOException {
    Optional<ZipContent.Range> content = content(member);
    if (content.isEmpty()) {
      return TorchFile.Tensors.UNKNOWN;
    }
    long base = member.dataOffset();
    ZipContent.Range range = content.get();
    if (archive.recordsCrc32()) {
      verifyCrc(member, range);
    }
    Pickle pickle = Pickle.read(range.file(), range.start(), range.end(), TorchGlobals.DIALECT);
    report.pickle(pickle, base);
    if (!pickle.isWhole()) {
      return TorchFile.Tensors.UNKNOWN;
    }
    if (pickle.end() < range.end()) {
      trailing(base + pickle.end() - range.start(), range.end() - pickle.end());
    }
    TorchFile.Tensors tensors =
        file.place(pickle, base, new ZipStorages(layout, report, base), bigEndian);
    if (!archive.recordsCrc32()) {
      noteMissingChecksums(archive);
    }
    reportUnreferenced(archive, layout, StorageRef.keys(pickle));
    return tensors;
  }

  private Optional<ZipContent.Range> content(ZipMember member) throws IOException {
    if (!member.isReadable()) {
      return Optional.empty();
    }
    if (!member.isStored()) {
      report.add(
          report
              .error(FormatRule.PT_COMPRESSED, "Cannot read the pickle in ranges")
              .at(member.recordOffset())
              .because(
                  "member %s is compressed from %d to %d bytes by method %d",
                  Quoted.of(member.name()), member.bytes(), member.storedBytes(), member.method())
              .reference("inflates it")
              .todo(TorchReport.RESAVE));
    }
    if (member.bytes() > Pickle.LONGEST) {
      report.add(
          report
              .error(FormatRule.PKL_LIMIT, "Cannot read the pickle")
              .at(member.dataOffset())
              .because("it has %d bytes, and at most %d are read", member.bytes(), Pickle.LONGEST)
              .reference("loads it")
              .todo(TorchReport.DISTRUST));
      return Optional.empty();
    }
    return ZipContent.of(file.bytes(), member, TorchFormat.LONGEST_INFLATED);
  }

  private void verifyCrc(ZipMember member, ZipContent.Range range) throws IOException {
    int crc = ZipContent.crc32(range);
    if (crc != member.crc32()) {
      report.add(
          report
              .error(FormatRule.PT_CRC, "Cannot trust the pickle")
              .at(member.dataOffset())
              .because(
                  "member %s has the CRC-32 %08x and %08x is recorded",
                  Quoted.of(member.name()), crc, member.crc32())
              .reference("does not check it")
              .todo(TorchReport.DOWNLOAD));
    }
  }

  private void noteMissingChecksums(ZipArchive archive) {
    report.add(
        Problem.info(FormatRule.PT_CRC, "Cannot check the bytes")
            .in(file.name())
            .because("none of its %d members has a CRC-32 recorded", archive.members().size())
            .reference("does not check any")
            .todo("compare the file with its source, if that matters"));
  }

  private void trailing(long at, long bytes) {
    report.add(
        report
            .error(FormatRule.PKL_TRAILING, "Cannot account for the end of the pickle")
            .at(at)
            .because("%d bytes follow its STOP", bytes)
            .reference("ignores them")
            .todo(TorchReport.DISTRUST));
  }

  private void reportUnreferenced(ZipArchive archive, ZipLayout layout, Set<String> keys)
      throws IOException {
    for (ZipMember member : archive.members()) {
      String inner = layout.inner(member);
      boolean known =
          TorchFormat.KNOWN_MEMBERS.contains(inner)
              || inner.startsWith(TorchFormat.STORAGES)
                  && keys.contains(inner.substring(TorchFormat.STORAGES.length()));
      if (!known && report.wants(FormatRule.UNREFERENCED_MEMBER)) {
        report.keep(unreferenced(member));
      }
    }
  }

  private Problem unreferenced(ZipMember member) throws IOException {
    String like = "";
    if (member.isReadable() && member.isStored() && member.storedBytes() > 1) {
      byte[] prefix = FileKind.prefix(file.bytes(), member.dataOffset());
      like =
          FileKind.of(Arrays.copyOf(prefix, (int) Math.min(prefix.length, member.storedBytes())))
              .map(kind -> ", which begin like " + kind.label())
              .orElse("");
    }
    return report
        .error(FormatRule.UNREFERENCED_MEMBER, "Cannot tell what a member is for")
        .at(Math.max(member.dataOffset(), member.recordOffset()))
        .because(
            "no tensor refers to the %d bytes of %s%s",
            member.bytes(), Quoted.of(member.name()), like)
        .reference("ignores it")
        .todo(TorchReport.DISTRUST);
  }
}
