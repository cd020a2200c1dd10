package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.LabelledThreads;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Reads the headers of many shards, several at a time: on a remote store each costs round trips.
 */
final class ShardHeaders {
  private static final System.Logger LOG = System.getLogger(ShardHeaders.class.getName());

  private static final int THREADS = 8;

  private ShardHeaders() {}

  /**
   * One header per shard, in order.
   *
   * @param shards a shard that is not {@link ShardStatus#OK} is not opened
   */
  static List<ShardHeader> read(CheckpointSource source, List<Shard> shards, ShardReader reader)
      throws IOException {
    int threads = Math.max(1, Math.min(THREADS, shards.size()));
    ExecutorService pool = LabelledThreads.pool(threads, "shard-headers");
    try {
      List<Future<ShardHeader>> futures = new ArrayList<>();
      for (Shard shard : shards) {
        futures.add(pool.submit(() -> read(source, shard, reader)));
      }
      List<ShardHeader> headers = new ArrayList<>();
      for (int i = 0; i < futures.size(); i++) {
        headers.add(header(futures.get(i), shards.get(i).name()));
      }
      return headers;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException(
              "Cannot read the headers of %s shards: the thread was interrupted; run the audit again"
                  .formatted(shards.size()));
      interrupted.initCause(e);
      throw interrupted;
    } finally {
      pool.shutdownNow();
    }
  }

  /** What a parser throws that it must not costs its own file; an error of the JVM ends the run. */
  private static ShardHeader header(Future<ShardHeader> future, String name)
      throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception failure) {
        return ShardHeader.unread(ShardStatus.UNREADABLE, List.of(unreadable(name, failure)));
      }
      throw new IllegalStateException(
          "Cannot read the header of %s: the JVM failed; run the audit again with more memory"
              .formatted(Quoted.plain(name)),
          e.getCause());
    }
  }

  private static ShardHeader read(CheckpointSource source, Shard shard, ShardReader reader) {
    if (shard.status() != ShardStatus.OK) {
      return ShardHeader.unread(shard.status(), List.of());
    }
    try (RangeReader file = source.open(shard.file(), ReadPolicy.RANDOM)) {
      return reader.read(file, shard.name());
    } catch (IOException e) {
      return ShardHeader.unread(ShardStatus.UNREADABLE, List.of(unreadable(shard.name(), e)));
    }
  }

  static Problem unreadable(String name, Exception failure) {
    LOG.log(Level.WARNING, "Cannot read the header of " + Quoted.plain(name), failure);
    return ReadFailure.of(failure).ofHeader(name);
  }
}
