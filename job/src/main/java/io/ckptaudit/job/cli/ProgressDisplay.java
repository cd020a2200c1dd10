package io.ckptaudit.job.cli;

import io.ckptaudit.job.pipeline.ReadFigures;
import io.ckptaudit.job.pipeline.ReadProgress;
import java.io.PrintStream;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar with GB/s and time left on a terminal; one JSON line every 30 s elsewhere. To stderr. */
final class ProgressDisplay implements ReadProgress {

  private static final long GIGABYTE = 1_000_000_000L;
  private static final int BAR_MILLIS = 200;
  private static final Duration LINE_PERIOD = Duration.ofSeconds(30);
  private static final int COLUMNS = 79;

  private final String run;
  private final boolean terminal;
  private final PrintStream out;
  private final Duration linePeriod;
  private ScheduledExecutorService timer;
  private ProgressBar bar;

  private ProgressDisplay(String run, boolean terminal, PrintStream out, Duration linePeriod) {
    this.run = run;
    this.terminal = terminal;
    this.out = out;
    this.linePeriod = linePeriod;
  }

  /**
   * @param run the id that each line has
   */
  static ReadProgress create(String run) {
    return create(run, LINE_PERIOD);
  }

  static ReadProgress create(String run, Duration linePeriod) {
    return new ProgressDisplay(run, System.console() != null, System.err, linePeriod);
  }

  @Override
  public void start(ReadFigures figures) {
    Instant started = Instant.now();
    timer = Executors.newSingleThreadScheduledExecutor(ProgressDisplay::daemon);
    if (terminal) {
      bar = bar(figures.bytes());
      every(Duration.ofMillis(BAR_MILLIS), () -> bar.stepTo(figures.bytesRead()));
    } else {
      every(linePeriod, () -> out.println(line(run, figures, started)));
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "progress");
    thread.setDaemon(true);
    return thread;
  }

  private void every(Duration period, Runnable work) {
    timer.scheduleAtFixedRate(work, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static ProgressBar bar(long bytes) {
    return new ProgressBarBuilder()
        .setTaskName("reading")
        .setInitialMax(bytes)
        .setUnit(" GB", GIGABYTE)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(BAR_MILLIS)
        // Given here, so that the library does not look for a terminal library, which is not in the
        // jar.
        .setConsumer(new ConsoleProgressBarConsumer(System.err, COLUMNS))
        .showSpeed(new DecimalFormat("0.00", DecimalFormatSymbols.getInstance(Locale.ROOT)))
        .clearDisplayOnFinish()
        .build();
  }

  static String line(String run, ReadFigures figures, Instant started) {
    long bytesRead = figures.bytesRead();
    double seconds = Math.max(1e-3, started.until(Instant.now(), ChronoUnit.MILLIS) / 1e3);
    double rate = bytesRead / seconds;
    long left = rate > 0 ? Math.round((figures.bytes() - bytesRead) / rate) : -1;
    return String.format(
        Locale.ROOT,
        "{\"run\":\"%s\",\"files\":%d,\"files_total\":%d,\"bytes\":%d,\"bytes_total\":%d,\"gb_per_s\":%.3f,"
            + "\"findings\":%d,\"seconds\":%.1f,\"eta\":%s}",
        run,
        figures.filesRead(),
        figures.files(),
        bytesRead,
        figures.bytes(),
        rate / GIGABYTE,
        figures.findings(),
        seconds,
        left < 0 ? "null" : "\"" + Duration.ofSeconds(left) + "\"");
  }

  @Override
  public void finish() {
    if (timer != null) {
      timer.shutdownNow();
    }
    if (bar != null) {
      bar.close();
    }
  }
}
