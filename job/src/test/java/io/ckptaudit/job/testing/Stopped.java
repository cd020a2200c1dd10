package io.ckptaudit.job.testing;

import java.io.IOException;

/** Says on stderr where a program is, and stays there until it is killed. */
final class Stopped {

  private Stopped() {}

  static void at(String moment) throws IOException {
    System.err.println("STOPPED " + moment);
    while (true) {
      try {
        Thread.sleep(Long.MAX_VALUE);
      } catch (InterruptedException e) {
        throw new IOException("Interrupted at " + moment, e);
      }
    }
  }
}
