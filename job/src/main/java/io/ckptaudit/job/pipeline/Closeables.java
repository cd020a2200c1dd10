package io.ckptaudit.job.pipeline;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Several things to close. */
final class Closeables {

  private Closeables() {}

  /** Closes all of them, whichever fails. */
  static void closeAll(List<? extends Closeable> all) throws IOException {
    IOException failure = null;
    for (Closeable one : all) {
      try {
        one.close();
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
