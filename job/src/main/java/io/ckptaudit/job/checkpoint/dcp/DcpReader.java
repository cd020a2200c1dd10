package io.ckptaudit.job.checkpoint.dcp;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.checkpoint.ShardedFolder;
import io.ckptaudit.job.checkpoint.SliceFile;
import io.ckptaudit.job.checkpoint.safetensors.SafetensorsReader;
import java.io.IOException;

/**
 * Checkpoints of torch's DCP in safetensors files with slices, {@code
 * shard-00001-model-00001-of-00001.safetensors}. A folder of them is one model of whole tensors. A
 * file that is named itself is refused if there are others: only they tell what it is a slice of.
 */
public final class DcpReader implements CheckpointReader {

  @Override
  public String format() {
    return "dcp";
  }

  @Override
  public boolean isShard(String fileName) {
    return SliceFile.isOne(fileName);
  }

  /** torch writes none. */
  @Override
  public boolean isIndex(String fileName) {
    return false;
  }

  @Override
  public Checkpoint open(CheckpointSource source) throws IOException {
    if (source.file() != null && hasOthers(source)) {
      return ShardedFolder.open(source, SafetensorsReader::header);
    }
    SliceSet set = new SliceSet();
    return ShardedFolder.open(ofFolder(source), set::header, set);
  }

  private boolean hasOthers(CheckpointSource source) throws IOException {
    return source.storage().list(source.folder()).stream()
        .anyMatch(file -> claims(file) && !file.name().equals(source.file()));
  }

  /** The same, of all there is in its folder. */
  private static CheckpointSource ofFolder(CheckpointSource source) {
    return new CheckpointSource(
        source.storage(), source.reader(), source.uri(), source.folder(), null, source.budget());
  }
}
