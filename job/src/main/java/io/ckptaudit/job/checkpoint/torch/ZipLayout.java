package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.container.zip.ZipArchive;
import io.ckptaudit.job.container.zip.ZipMember;
import java.util.List;
import java.util.Optional;

/** The names in an archive: all in one folder, which may be called anything. */
final class ZipLayout {
  private final ZipArchive archive;
  private final TorchReport report;
  private final String root;

  /**
   * @param archive that has members
   */
  ZipLayout(ZipArchive archive, TorchReport report) {
    this.archive = archive;
    this.report = report;
    String first = archive.members().get(0).name();
    this.root = first.substring(0, first.indexOf('/') + 1);
  }

  /** With its slash; empty if there is none. */
  String root() {
    return root;
  }

  Optional<ZipMember> member(String inner) {
    return archive.find(root + inner);
  }

  boolean recordsCrc32() {
    return archive.recordsCrc32();
  }

  /** The name of a member in the folder; all of it if it is elsewhere. */
  String inner(ZipMember member) {
    return member.name().startsWith(root) ? member.name().substring(root.length()) : member.name();
  }

  /** What the archive is, if that is known and not a PyTorch state dict. */
  Optional<String> otherKind() {
    if (member(TorchFormat.SCRIPT_CONSTANTS).isPresent()) {
      return Optional.of("a TorchScript program");
    }
    if (member(TorchFormat.PICKLE).isPresent()) {
      return Optional.empty();
    }
    List<String> names = archive.members().stream().map(ZipMember::name).toList();
    if (names.stream().allMatch(name -> name.endsWith(".npy"))) {
      return Optional.of("a NumPy archive (.npz)");
    }
    if (names.stream().anyMatch(name -> name.startsWith("MAR-INF/"))) {
      return Optional.of("a Torch model archive (.mar)");
    }
    if (names.stream().anyMatch(name -> name.endsWith("model.weights.h5"))) {
      return Optional.of("a Keras model");
    }
    if (names.contains("[Content_Types].xml") || names.contains("META-INF/MANIFEST.MF")) {
      return Optional.of("an archive of another program");
    }
    return Optional.empty();
  }

  void verifyNames() {
    if (root.isEmpty()) {
      bad(archive.members().get(0), "it is in no folder");
    }
    for (ZipMember member : archive.members()) {
      String name = member.name();
      if (name.startsWith("/") || name.indexOf('\\') >= 0 || name.indexOf('\0') >= 0) {
        bad(member, "it is absolute or has a backslash or NUL");
      } else if (("/" + name + "/").contains("/../")) {
        bad(member, "it leads out of the archive");
      } else if (!name.startsWith(root)) {
        bad(member, "it is not in the folder " + Quoted.of(root));
      }
    }
  }

  private void bad(ZipMember member, String why) {
    report.add(
        report
            .error(FormatRule.PT_LAYOUT, "Cannot trust the names in the archive")
            .at(member.recordOffset())
            .because("member %s: %s", Quoted.of(member.name()), why)
            .reference("fails")
            .todo(TorchReport.DISTRUST));
  }
}
