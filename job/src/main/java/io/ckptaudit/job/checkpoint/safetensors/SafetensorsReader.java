package io.ckptaudit.job.checkpoint.safetensors;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.checkpoint.ShardedFolder;
import java.io.IOException;

/** Checkpoints of {@code *.safetensors} files. */
public final class SafetensorsReader implements CheckpointReader {

  @Override
  public String format() {
    return "safetensors";
  }

  @Override
  public boolean isShard(String fileName) {
    return fileName.endsWith(SafetensorsFormat.SUFFIX);
  }

  @Override
  public boolean isIndex(String fileName) {
    return fileName.endsWith(SafetensorsFormat.INDEX_SUFFIX);
  }

  @Override
  public Checkpoint open(CheckpointSource source) throws IOException {
    return ShardedFolder.open(source, (file, name) -> new ShardScan(file, name).header());
  }
}
