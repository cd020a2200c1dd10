package io.ckptaudit.job.integrity;

import io.ckptaudit.job.checkpoint.FileKind;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Git LFS pointer that is kept beside the file it stands for in git. */
final class LfsPointer {
  private static final Pattern OID = Pattern.compile("(?m)^oid sha256:([0-9a-f]{64})$");
  private static final Pattern SIZE = Pattern.compile("(?m)^size ([0-9]{1,18})$");

  private LfsPointer() {}

  static boolean isPointer(byte[] content) {
    return FileKind.of(content).filter(kind -> kind == FileKind.LFS_POINTER).isPresent();
  }

  static Optional<Promise> read(byte[] content, String name, Problems problems) {
    String text = new String(content, StandardCharsets.ISO_8859_1);
    Matcher oid = OID.matcher(text);
    Matcher size = SIZE.matcher(text);
    if (!oid.find() || !size.find()) {
      problems.add(
          ChecksumList.unusable(
              name, "it is a Git LFS pointer without the sha256 and size of an object", 0));
      return Optional.empty();
    }
    return Optional.of(
        new Promise(
            DigestKind.SHA256, oid.group(1), Long.valueOf(size.group(1)), Quoted.plain(name)));
  }
}
