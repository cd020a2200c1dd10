package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;

/**
 * Reads the header of one shard. Called by several threads at once, each with a file of its own.
 */
@FunctionalInterface
public interface ShardReader {

  /**
   * @param name of the shard, for problems
   * @throws IOException only if the file cannot be read; what is wrong with its bytes is a problem
   */
  ShardHeader read(RangeReader file, String name) throws IOException;
}
