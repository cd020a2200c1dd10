package io.ckptaudit.job.checkpoint;

import java.io.Serializable;

/**
 * The part of a tensor that one shard holds.
 *
 * @param shard index into {@link Checkpoint#shards()}
 * @param offset absolute in the file, not aligned to anything
 * @param bytes proven to lie inside the file as it was listed
 */
public record Slice(int shard, long offset, long bytes) implements Serializable {}
