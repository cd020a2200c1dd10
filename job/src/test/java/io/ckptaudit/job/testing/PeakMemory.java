package io.ckptaudit.job.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The peak resident sets of processes, as Linux keeps them: it is asked again and again, since a
 * process that has ended has none any more.
 */
public final class PeakMemory implements AutoCloseable {

  private static final int POLL_MILLIS = 100;
  private static final String PEAK = "VmHWM:";

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Map<Long, Long> peaks = new ConcurrentHashMap<>();

  private volatile RuntimeException failure;

  private PeakMemory() {}

  /**
   * @param processes those there are, each time it is asked
   */
  public static PeakMemory of(Supplier<List<ProcessHandle>> processes) {
    PeakMemory memory = new PeakMemory();
    memory.timer.scheduleWithFixedDelay(
        () -> memory.look(processes), 0, POLL_MILLIS, TimeUnit.MILLISECONDS);
    return memory;
  }

  /** What throws is not asked again, so it must be said. */
  private void look(Supplier<List<ProcessHandle>> processes) {
    try {
      processes.get().forEach(process -> look(process.pid()));
    } catch (RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  private void look(long pid) {
    try (var lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
      lines
          .filter(line -> line.startsWith(PEAK))
          .map(line -> line.substring(PEAK.length()).replace("kB", "").trim())
          .forEach(kilobytes -> peaks.merge(pid, Long.parseLong(kilobytes) << 10, Long::max));
    } catch (IOException | UncheckedIOException e) {
      // It has ended since it was listed, and what is known of it stays.
    }
  }

  /** Bytes, of each process there was that has come to so many. */
  public List<Long> peaksFrom(long least) {
    if (failure != null) {
      throw new IllegalStateException("Not all peaks were seen", failure);
    }
    return peaks.values().stream().filter(peak -> peak >= least).toList();
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
