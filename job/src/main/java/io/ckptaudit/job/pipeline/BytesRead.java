package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.Split;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.AccumulatorV2;

/**
 * The bytes that tasks have read, by file. For those who watch a run alone: retried tasks count
 * twice here, and nowhere else. Its value is their sum, which is all that event logs get.
 */
final class BytesRead extends AccumulatorV2<Split, Long> {

  private static final long serialVersionUID = 1L;

  private final ConcurrentHashMap<String, Long> files = new ConcurrentHashMap<>();

  static BytesRead create(JavaSparkContext context) {
    BytesRead read = new BytesRead();
    context.sc().register(read, "bytes read");
    return read;
  }

  /** How many of these files, by URI with their bytes, have been read. */
  int filesOf(Map<String, Long> planned) {
    int read = 0;
    for (Map.Entry<String, Long> file : planned.entrySet()) {
      read += files.getOrDefault(file.getKey(), 0L) >= file.getValue() ? 1 : 0;
    }
    return read;
  }

  @Override
  public boolean isZero() {
    return files.isEmpty();
  }

  @Override
  public BytesRead copy() {
    BytesRead copy = new BytesRead();
    copy.files.putAll(files);
    return copy;
  }

  @Override
  public void reset() {
    files.clear();
  }

  @Override
  public void add(Split split) {
    files.merge(split.file().uri(), split.bytes(), Long::sum);
  }

  @Override
  public void merge(AccumulatorV2<Split, Long> other) {
    ((BytesRead) other).files.forEach((file, bytes) -> files.merge(file, bytes, Long::sum));
  }

  @Override
  public Long value() {
    return files.values().stream().mapToLong(Long::longValue).sum();
  }
}
