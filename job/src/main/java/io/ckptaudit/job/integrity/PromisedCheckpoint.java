package io.ckptaudit.job.integrity;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.ShardStatus;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A checkpoint whose files are to be held against what is promised of them.
 *
 * @param checkpoint with what is wrong with the promises among its problems
 * @param promises by shard
 */
public record PromisedCheckpoint(Checkpoint checkpoint, List<List<Promise>> promises)
    implements Serializable {

  /** Files of which there is nothing to read. */
  private static final Set<ShardStatus> ABSENT =
      EnumSet.of(ShardStatus.MISSING, ShardStatus.REFUSED, ShardStatus.UNREADABLE);

  /** Whether the bytes of a shard are there and may be read, whatever they are. */
  public static boolean isReadable(Shard shard) {
    return shard.file() != null && shard.file().regular() && !ABSENT.contains(shard.status());
  }

  /** What to digest a shard by: a SHA-256 always, to compare files by, and what is promised. */
  public Set<DigestKind> kinds(int shard) {
    EnumSet<DigestKind> kinds = EnumSet.of(DigestKind.SHA256);
    promises.get(shard).forEach(promise -> kinds.add(promise.kind()));
    return kinds;
  }

  /** Which promises a shard breaks. */
  public List<Problem> broken(int shard, Map<DigestKind, byte[]> digests) {
    Shard file = checkpoint.shards().get(shard);
    List<Problem> broken = new ArrayList<>();
    for (Promise promise : promises.get(shard)) {
      String found = HexFormat.of().formatHex(digests.get(promise.kind()));
      boolean sameLength = promise.bytes() == null || promise.bytes().equals(file.bytes());
      if (!found.equals(promise.digest()) || !sameLength) {
        broken.add(mismatch(file, promise, found));
      }
    }
    return broken;
  }

  private static Problem mismatch(Shard file, Promise promise, String found) {
    String promised =
        (promise.bytes() == null ? "" : promise.bytes() + " bytes of ") + promise.digest();
    return Problem.error(FormatRule.CHECKSUM_MISMATCH, "Cannot trust the bytes")
        .in(file.name())
        .at(0)
        .because(
            "its %d bytes have the %s %s, and %s promises %s",
            file.bytes(), promise.kind().label(), found, promise.source(), promised)
        .reference("does not check it")
        .todo("download the file again from its source");
  }

  /** What to say of a shard that could not be read to its end. */
  public Problem unread(int shard, ReadFault fault) {
    return Problem.error(fault, "Cannot verify the checksums of the file")
        .in(checkpoint.shards().get(shard).name())
        .because("%s", fault.reason())
        .todo(fault.action());
  }
}
