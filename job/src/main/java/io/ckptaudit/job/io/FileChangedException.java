package io.ckptaudit.job.io;

import java.io.IOException;

/** A file is no longer the one that was listed. */
public final class FileChangedException extends IOException {
  private static final long serialVersionUID = 1L;

  FileChangedException(FileEntry listed, String found) {
    super(
        "Cannot read %s as it was listed: its change token was %s and is %s; keep writers away and run the audit again"
            .formatted(listed.uri(), listed.changeToken(), found));
  }
}
