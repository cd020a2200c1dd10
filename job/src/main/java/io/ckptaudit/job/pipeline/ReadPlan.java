package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.LocalVolumes;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.udfs.arrow.ArrowMemory;
import java.io.Serializable;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/**
 * How the weights of a run are read, decided once on the driver, so that all executors agree.
 *
 * <p>Local files, by {@code auto}: in blocks through the page cache, which costs less than the
 * faults of a mapping and survives whatever happens to a file; but past the page cache if they have
 * more than half of the memory that is available, so that a scan larger than memory neither goes
 * through it nor evicts it.
 *
 * <p>Files of any other store: in ranges, several on their way at the same time. What is counted is
 * counted as it arrives, and what is held against something else is fetched in blocks before.
 *
 * @param local for local files: MAP, BUFFERED or DIRECT
 * @param blockBytes of a buffer that is filled ahead of the task that uses it
 * @param inFlight reads of one task that may be on their way at the same time
 * @param requestBytes the most that a request asks for whose bytes are counted as they arrive
 * @param budget for each file
 * @param forward whether a reader reads stores front to back, because others read beside it
 */
record ReadPlan(
    ReadChoice local,
    int blockBytes,
    int inFlight,
    long requestBytes,
    FileBudget budget,
    boolean forward)
    implements Serializable {

  static final String BLOCK = "spark.ckptaudit.read.block";
  static final String REQUEST = "spark.ckptaudit.read.request";
  static final String IN_FLIGHT = "spark.ckptaudit.read.inFlight";

  private static final String DEFAULT_BLOCK = "16m";
  private static final String DEFAULT_REQUEST = "256m";
  private static final int DEFAULT_IN_FLIGHT = 4;
  private static final int MOST_IN_FLIGHT = 64;
  private static final long SMALLEST_BLOCK = 256 << 10;
  private static final long LARGEST_REQUEST = 1L << 30;

  /** Arrow pools no larger buffers. */
  private static final long LARGEST_BLOCK = 16 << 20;

  /** Each is read ahead by itself. */
  private static final int SIDES = 2;

  private static final Pattern LOCAL_MASTER =
      Pattern.compile("local(?:\\[(\\*|\\d{1,6})(?:,.*)?])?");

  /** A mapped window: large enough that mapping costs little, small against the limit of Arrow. */
  private static final int WINDOW = 16 << 20;

  /** A read through the page cache: about what fits in a core's cache. */
  private static final int CACHED_BLOCK = 1 << 20;

  /** With the usual budget. */
  ReadPlan(ReadChoice local, int blockBytes, int inFlight) {
    this(local, blockBytes, inFlight, FileBudget.USUAL);
  }

  /** With requests as large as blocks. */
  ReadPlan(ReadChoice local, int blockBytes, int inFlight, FileBudget budget) {
    this(local, blockBytes, inFlight, blockBytes, budget, false);
  }

  static ReadPlan of(ReadChoice choice, List<Checkpoint> checkpoints, SparkConf conf) {
    ReadChoice local = choice == ReadChoice.AUTO ? auto(checkpoints) : choice;
    ReadPlan plan =
        new ReadPlan(local, block(conf), inFlight(conf), request(conf), FileBudget.of(conf), false);
    SparkConf usual = new SparkConf(false);
    if (plan.blockBytes > block(usual) || plan.inFlight > inFlight(usual)) {
      plan.verifyFits(tasksAtOnce(conf), ArrowMemory.limit());
    }
    return plan;
  }

  private static ReadChoice auto(List<Checkpoint> checkpoints) {
    List<FileEntry> files =
        checkpoints.stream()
            .flatMap(checkpoint -> checkpoint.shards().stream())
            .map(Shard::file)
            .filter(file -> file != null && file.regular() && Storages.isLocal(file.uri()))
            .toList();
    long bytes = files.stream().mapToLong(FileEntry::length).sum();
    return auto(bytes, AvailableMemory.bytes(), LocalVolumes.of(files));
  }

  static ReadChoice auto(long bytes, long availableMemory, LocalVolumes volumes) {
    boolean larger = bytes > availableMemory / 2 && !volumes.inMemory();
    return larger && volumes.direct() ? ReadChoice.DIRECT : ReadChoice.BUFFERED;
  }

  private static int block(SparkConf conf) {
    long bytes = conf.getSizeAsBytes(BLOCK, DEFAULT_BLOCK);
    verifySize(BLOCK, bytes, LARGEST_BLOCK, "16 MiB", DEFAULT_BLOCK);
    return (int) bytes;
  }

  private static long request(SparkConf conf) {
    long bytes = conf.getSizeAsBytes(REQUEST, DEFAULT_REQUEST);
    verifySize(REQUEST, bytes, LARGEST_REQUEST, "1 GiB", DEFAULT_REQUEST);
    return bytes;
  }

  private static void verifySize(
      String name, long bytes, long largest, String most, String example) {
    if (bytes < SMALLEST_BLOCK || bytes > largest) {
      throw new InvalidSettingException(
          "Invalid %s: %s bytes is not within 256 KiB and %s; use a size such as %s"
              .formatted(name, bytes, most, example));
    }
  }

  private static int inFlight(SparkConf conf) {
    int reads = conf.getInt(IN_FLIGHT, DEFAULT_IN_FLIGHT);
    if (reads < 1 || reads > MOST_IN_FLIGHT) {
      throw new InvalidSettingException(
          "Invalid "
              + IN_FLIGHT
              + ": "
              + reads
              + " is not within 1 and "
              + MOST_IN_FLIGHT
              + "; use a number such as 4");
    }
    return reads;
  }

  /** Tasks that one JVM runs at a time, as far as settings tell. */
  private static int tasksAtOnce(SparkConf conf) {
    Matcher local = LOCAL_MASTER.matcher(conf.get("spark.master", ""));
    int cores = conf.getInt("spark.executor.cores", 1);
    if (local.matches()) {
      String given = local.group(1) == null ? "1" : local.group(1);
      cores =
          given.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(given);
    }
    return Math.max(1, cores / conf.getInt("spark.task.cpus", 1));
  }

  /**
   * @throws InvalidSettingException if tasks that read two sides, as those of comparisons do, can
   *     own more than there may be
   */
  void verifyFits(int tasks, long limit) {
    long bytes = (long) tasks * SIDES * (inFlight + 1) * blockBytes;
    if (bytes > limit) {
      throw new InvalidSettingException(
          "Cannot read with %s=%s and %s=%s: %s task(s) at a time own up to %s blocks each, %s bytes together, of the %s that -D%s allows; lower one of the two, or raise the limit"
              .formatted(
                  BLOCK,
                  blockBytes,
                  IN_FLIGHT,
                  inFlight,
                  tasks,
                  SIDES * (inFlight + 1),
                  bytes,
                  limit,
                  ArrowMemory.LIMIT_PROPERTY));
    }
  }

  /** For whoever needs what was read to stay as it was. */
  ReadPlan unmapped() {
    return local == ReadChoice.MAP ? buffered() : this;
  }

  /**
   * For reading again what could not be read: neither a mapping nor direct I/O that failed is
   * trusted twice.
   */
  ReadPlan buffered() {
    return new ReadPlan(ReadChoice.BUFFERED, blockBytes, inFlight, requestBytes, budget, forward);
  }

  /** For one of several readers of a task in a store, each of which reads a part of it. */
  ReadPlan inPart() {
    return new ReadPlan(local, blockBytes, inFlight, requestBytes, budget, true);
  }

  boolean maps(FileEntry file) {
    return local == ReadChoice.MAP && Storages.isLocal(file.uri());
  }

  /** Whether reads of this file are worth threads of their own: nobody else reads ahead. */
  boolean readsAhead(FileEntry file) {
    return Storages.isLocal(file.uri()) ? local == ReadChoice.DIRECT : !forward;
  }

  ReadPolicy policy(FileEntry file) {
    if (!Storages.isLocal(file.uri())) {
      return ReadPolicy.RANDOM;
    }
    return local == ReadChoice.DIRECT ? ReadPolicy.DIRECT : ReadPolicy.SEQUENTIAL;
  }

  /** The most bytes of a file that are fetched in one go. */
  int bytesAtOnce(FileEntry file) {
    if (maps(file)) {
      return WINDOW;
    }
    return readsAhead(file) ? blockBytes - RangeReader.ROOM : CACHED_BLOCK - RangeReader.ROOM;
  }

  /** A buffer for what is fetched in one go. */
  int bufferBytes(FileEntry file) {
    return readsAhead(file) ? blockBytes : CACHED_BLOCK;
  }

  private Object writeReplace() {
    return new ReadPlanForm(this);
  }
}
