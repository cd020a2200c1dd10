package io.ckptaudit.job.checkpoint.meta;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.checkpoint.RankFile;
import io.ckptaudit.job.checkpoint.ShardedFolder;
import io.ckptaudit.job.checkpoint.torch.TorchReader;
import java.io.IOException;

/**
 * Checkpoints of Meta's model-parallel ranks, {@code consolidated.NN.pth}. A folder of them is one
 * model of whole tensors; a file that is named itself is what its rank holds.
 */
public final class MetaReader implements CheckpointReader {

  @Override
  public String format() {
    return "meta";
  }

  @Override
  public boolean isShard(String fileName) {
    return RankFile.isOne(fileName);
  }

  @Override
  public boolean isIndex(String fileName) {
    return false;
  }

  @Override
  public Checkpoint open(CheckpointSource source) throws IOException {
    return ShardedFolder.open(source, TorchReader::header, new RankSet());
  }
}
