package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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
    ExecutorService pool = Executors.newFixedThreadPool(threads, ShardHeaders::daemon);
    try {
      List<Future<ShardHeader>> futures = new ArrayList<>();
      for (Shard shard : shards) {
        futures.add(pool.submit(() -> read(source, shard, reader)));
      }
      List<ShardHeader> headers = new ArrayList<>();
      for (Future<ShardHeader> future : futures) {
        headers.add(future.get());
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
    } catch (ExecutionException e) {
      throw new IllegalStateException("Reading a header failed in a way it must not", e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "shard-headers");
    thread.setDaemon(true);
    return thread;
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

  static Problem unreadable(String name, IOException failure) {
    LOG.log(Level.WARNING, "Cannot read the header of " + Quoted.plain(name), failure);
    return ReadFault.of(failure).ofHeader(name);
  }
}
