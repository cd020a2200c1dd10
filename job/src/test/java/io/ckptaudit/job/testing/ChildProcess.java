package io.ckptaudit.job.testing;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A process of its own, its output in files. Closing kills it with all it has started, and so does
 * the end of this JVM.
 */
public final class ChildProcess implements AutoCloseable {

  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 50;

  /** How a process ended. */
  public record Ended(int exitCode, String out, String err) {}

  private final Process process;
  private final Path out;
  private final Path err;
  private final Thread hook = new Thread(this::kill);

  private ChildProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * @param environment on top of that of this JVM
   */
  public static ChildProcess start(List<String> command, Map<String, String> environment)
      throws IOException {
    Path out = Files.createTempFile("ckpt-audit", ".out");
    Path err = Files.createTempFile("ckpt-audit", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    ChildProcess child = new ChildProcess(builder.start(), out, err);
    Runtime.getRuntime().addShutdownHook(child.hook);
    return child;
  }

  /** Runs a process to its end; one that takes longer is killed and fails the test. */
  public static Ended run(List<String> command, Map<String, String> environment, Duration limit)
      throws Exception {
    try (ChildProcess child = start(command, environment)) {
      if (!child.process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        fail("%s has not ended within %s; its stderr: %s", command, limit, child.text(child.err));
      }
      return new Ended(child.process.exitValue(), child.text(child.out), child.text(child.err));
    }
  }

  /** Waits until the process has written something to stderr. */
  public Matcher awaitOnStderr(Pattern pattern, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (System.nanoTime() < end && process.isAlive()) {
      Matcher matcher = pattern.matcher(text(err));
      if (matcher.find()) {
        return matcher;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return fail("No '%s' on stderr: %s", pattern, text(err));
  }

  /** The processes that it has started, and those that these have, while they run. */
  Stream<ProcessHandle> started() {
    return process.descendants();
  }

  /** Those of them that it has started itself. */
  Stream<ProcessHandle> children() {
    return process.children();
  }

  /** Ends the process at once, as kill -9 does. */
  public void killAtOnce() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks the process to end, as SIGTERM does, and waits for it; what it started must end too. */
  public Ended terminate(Duration limit) throws InterruptedException {
    List<ProcessHandle> family = process.descendants().toList();
    process.destroy();
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      fail("It has not ended within %s of SIGTERM; its stderr: %s", limit, text(err));
    }
    for (ProcessHandle left : family) {
      if (left.isAlive()) {
        fail("It has ended and left process %s behind: %s", left.pid(), left.info());
      }
    }
    return new Ended(process.exitValue(), text(out), text(err));
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  /** What it has written up to now, to stdout and stderr. */
  String written() {
    return text(out) + text(err);
  }

  private String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void kill() {
    List<ProcessHandle> family = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    family.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() throws IOException {
    kill();
    Runtime.getRuntime().removeShutdownHook(hook);
    Files.delete(out);
    Files.delete(err);
  }
}
