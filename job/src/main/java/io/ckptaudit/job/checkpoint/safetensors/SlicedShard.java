package io.ckptaudit.job.checkpoint.safetensors;

import io.ckptaudit.job.checkpoint.ShardHeader;

/**
 * A file that may hold slices of tensors, under the names of these.
 *
 * @param header with the shapes of the slices
 * @param sharding what it says of where they begin, not yet believed to be JSON; null if nothing
 * @param shardingAt byte of the file where it says so; −1 if it does not
 */
public record SlicedShard(ShardHeader header, String sharding, long shardingAt) {}
