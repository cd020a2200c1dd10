package io.ckptaudit.job.io;

import java.io.IOException;

/** A file takes more of a run than it may. */
public final class FileBudgetException extends IOException {
  private static final long serialVersionUID = 1L;

  public FileBudgetException(FileEntry file, String spent) {
    super("Cannot read %s on: %s; look at the store, or allow more".formatted(file.uri(), spent));
  }
}
