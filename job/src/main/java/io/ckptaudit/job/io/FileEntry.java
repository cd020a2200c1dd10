package io.ckptaudit.job.io;

import java.io.Serializable;
import java.util.Comparator;

/**
 * A file or directory as it was listed.
 *
 * @param uri absolute, without a trailing slash unless it is a root; {@link Storage} opens exactly
 *     this file by it. For {@code file:} percent-encoded, elsewhere as Hadoop writes it, which
 *     encodes nothing
 * @param name the last part of the path, decoded
 * @param length in bytes; 0 for a directory
 * @param regular false for a directory, and for what must never be opened: a FIFO, a device, a link
 *     that leads nowhere
 * @param changeToken equal for two listings of a file only if it has not changed in between; opaque
 */
public record FileEntry(
    String uri, String name, long length, boolean directory, boolean regular, String changeToken)
    implements Serializable {

  /** By name, in code-point order: the order of every listing. */
  public static final Comparator<FileEntry> BY_NAME =
      Comparator.comparing(FileEntry::name, CodePointOrder.INSTANCE)
          .thenComparing(FileEntry::uri, CodePointOrder.INSTANCE);
}
