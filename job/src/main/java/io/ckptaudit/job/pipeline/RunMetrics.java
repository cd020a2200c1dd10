package io.ckptaudit.job.pipeline;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.plan.Split;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.MetricsSystem;
import org.apache.spark.metrics.source.Source;

/**
 * What a run tells Spark's metrics sinks, on the driver, under {@code ckptaudit}: {@code
 * bytes_total} and {@code files_total} to read, {@code bytes_read} and {@code files_read} by tasks
 * that have ended, {@code gb_per_s} since reading began (10^9 bytes), and {@code findings_error},
 * {@code findings_warning} and {@code findings_info}: of headers at first, all once they are known.
 * Stays with the session, so that sinks get the last figures.
 */
final class RunMetrics implements Source, ReadFigures {

  static final String NAME = "ckptaudit";

  private static final double GIGABYTE = 1e9;
  private static final double NANOS = 1e9;

  private final MetricRegistry registry = new MetricRegistry();
  private final Map<Severity, Long> findings = new ConcurrentHashMap<>();
  private final Map<String, Long> planned;
  private final BytesRead read;
  private final long started = System.nanoTime();
  private volatile long ended;

  private RunMetrics(Map<String, Long> planned, BytesRead read) {
    this.planned = planned;
    this.read = read;
    gauge("bytes_total", this::bytes);
    gauge("bytes_read", this::bytesRead);
    gauge("files_total", this::files);
    gauge("files_read", this::filesRead);
    gauge("gb_per_s", this::rate);
    for (Severity severity : Severity.values()) {
      gauge(
          "findings_" + severity.name().toLowerCase(Locale.ROOT),
          () -> findings.getOrDefault(severity, 0L));
    }
  }

  private void gauge(String name, Gauge<?> gauge) {
    registry.register(name, gauge);
  }

  /**
   * In place of those of the run before, if the session had one.
   *
   * @param splits to be read
   */
  static RunMetrics register(Stream<Split> splits, BytesRead read) {
    MetricsSystem system = SparkEnv.get().metricsSystem();
    scala.collection.Iterator<Source> before = system.getSourcesByName(NAME).iterator();
    while (before.hasNext()) {
      system.removeSource(before.next());
    }
    Map<String, Long> planned = new HashMap<>();
    splits.forEach(split -> planned.merge(split.file().uri(), split.bytes(), Long::sum));
    RunMetrics metrics = new RunMetrics(planned, read);
    system.registerSource(metrics);
    return metrics;
  }

  /** Those of the last run of the session that read weights. */
  static Optional<RunMetrics> registered() {
    scala.collection.Iterator<Source> sources =
        SparkEnv.get().metricsSystem().getSourcesByName(NAME).iterator();
    return sources.hasNext() ? Optional.of((RunMetrics) sources.next()) : Optional.empty();
  }

  private double rate() {
    long now = ended == 0 ? System.nanoTime() : ended;
    return bytesRead() / GIGABYTE / Math.max(1e-9, (now - started) / NANOS);
  }

  @Override
  public long bytes() {
    return planned.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public long bytesRead() {
    return read.value();
  }

  @Override
  public int files() {
    return planned.size();
  }

  @Override
  public int filesRead() {
    return read.filesOf(planned);
  }

  @Override
  public long findings() {
    return findings.values().stream().mapToLong(Long::longValue).sum();
  }

  void readingEnded() {
    ended = System.nanoTime();
  }

  /** What the headers of some checkpoints gave. */
  RunMetrics foundIn(List<Checkpoint> opened) {
    found(
        opened.stream()
            .flatMap(checkpoint -> checkpoint.problems().stream())
            .map(problem -> Finding.of(0, problem))
            .toList());
    return this;
  }

  void found(List<Finding> all) {
    Map<Severity, Long> counts = new EnumMap<>(Severity.class);
    all.forEach(finding -> counts.merge(finding.severity(), 1L, Long::sum));
    for (Severity severity : Severity.values()) {
      findings.put(severity, counts.getOrDefault(severity, 0L));
    }
  }

  @Override
  public String sourceName() {
    return NAME;
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }
}
