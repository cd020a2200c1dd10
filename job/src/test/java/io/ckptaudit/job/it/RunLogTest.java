package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.io.LabelledThreads;
import io.ckptaudit.job.pipeline.RunLog;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.FaultyFileSystem;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.Product;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

/** Whose lines those of a log are. */
@Tag("full")
class RunLogTest {

  private static final Logger OURS = Logger.getLogger("io.ckptaudit");

  @TempDir Path report;

  /** A program that logs before Spark has started. */
  static final class Early {
    private static final System.Logger LOG = System.getLogger("io.ckptaudit.job.io.Reader");

    public static void main(String[] arguments) throws Exception {
      RunLog.begin("early");
      LOG.log(Level.WARNING, "Cannot read s3a://AKIA:hush@weights/a\u001b[31m");
      Thread thread =
          LabelledThreads.thread("other", () -> LOG.log(Level.WARNING, "Cannot read either"));
      thread.start();
      thread.join();
    }
  }

  private record Line(String logger, String label) {}

  private static final class Lines extends Handler {
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    @Override
    public void publish(LogRecord logged) {
      String name = logged.getLoggerName();
      lines.add(new Line(name.substring(name.lastIndexOf('.') + 1), MDC.get("mdc.run")));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @AfterEach
  void unwatch() {
    FaultyFileSystem.unwatch();
  }

  @Test
  void linesBeforeSparkHasStartedAreLaidOutAndLabelledToo() throws Exception {
    ChildProcess.Ended ended = Product.runTestClass(Early.class);
    assertThat(ended.err().lines().filter(line -> line.contains("Cannot")))
        .extracting(line -> line.replaceFirst("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d ", ""))
        .containsExactly(
            "WARN [early] Reader: Cannot read s3a://weights/a?[31m",
            "WARN [early] Reader: Cannot read either");
    assertThat(ended.err()).doesNotContain("hush", "\u001b");
  }

  @Test
  void everyLineOfARunHasItsId() {
    LocalSpark.stop();
    MDC.clear();
    FaultyFileSystem.watch(new Refusing());
    Lines logged = new Lines();
    OURS.addHandler(logged);
    ChildProcess.Ended ended;
    try {
      ended = InProcess.run(command().toArray(String[]::new));
    } finally {
      OURS.removeHandler(logged);
    }
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(logged.lines).extracting(Line::label).containsOnly("labelled");
    assertThat(logged.lines).extracting(Line::logger).contains("ShardHeaders", "SplitReader");
  }

  private List<String> command() {
    String fixture = Fixtures.path("llama-hf-broken-bf16").toAbsolutePath().toString();
    List<String> command = new ArrayList<>(List.of("audit", "faulty:" + fixture));
    command.addAll(List.of("--report", report.toString(), "--run-id", "labelled"));
    command.addAll(List.of("--master", "local[2]"));
    command.addAll(FaultyFileSystem.conf());
    return command;
  }

  /** The header of one shard, and the weights of another. */
  private static final class Refusing implements FaultyFileSystem.Watch {
    @Override
    public void before(String path) {}

    @Override
    public void header(String path) throws IOException {
      refuse(path, "00001-of");
    }

    @Override
    public void read(String path) throws IOException {
      refuse(path, "00002-of");
    }

    private static void refuse(String path, String name) throws IOException {
      if (path.contains(name)) {
        throw new IOException("the disk says no");
      }
    }
  }
}
