package io.ckptaudit.job.testing;

import io.ckptaudit.job.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * The program in this JVM, its output caught: for what need not cost the start of a process. A
 * command that starts Spark needs {@link LocalSpark#stop} before it, since a JVM has one session.
 */
public final class InProcess {

  private InProcess() {}

  public static ChildProcess.Ended run(String... arguments) {
    PrintStream stdout = System.out;
    PrintStream stderr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      int exitCode = Main.execute(arguments);
      return new ChildProcess.Ended(
          exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(stdout);
      System.setErr(stderr);
    }
  }
}
