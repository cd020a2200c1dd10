package io.ckptaudit.job.testing;

import java.io.IOException;
import java.nio.file.Path;

/** A FIFO, which Java cannot make: who opens it for reading waits for a writer, forever. */
public final class NamedPipe {

  private NamedPipe() {}

  public static void make(Path file) throws IOException {
    try {
      if (new ProcessBuilder("mkfifo", file.toString()).start().waitFor() != 0) {
        throw new IOException("mkfifo failed for " + file);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
