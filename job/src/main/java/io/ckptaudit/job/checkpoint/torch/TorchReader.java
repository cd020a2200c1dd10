package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.checkpoint.RankFile;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.ShardedFolder;
import io.ckptaudit.job.checkpoint.TrainingFile;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;

/**
 * Checkpoints of PyTorch files: {@code *.bin}, {@code *.pt}, {@code *.pth}, {@code *.ckpt}, other
 * than those of Meta's ranks.
 */
public final class TorchReader implements CheckpointReader {

  @Override
  public String format() {
    return "torch";
  }

  @Override
  public boolean isShard(String fileName) {
    int dot = fileName.lastIndexOf('.');
    return dot >= 0
        && TorchFormat.SUFFIXES.contains(fileName.substring(dot))
        && !RankFile.isOne(fileName);
  }

  @Override
  public boolean isIndex(String fileName) {
    return fileName.endsWith(TorchFormat.INDEX_SUFFIX);
  }

  @Override
  public boolean isBeside(String fileName) {
    return TrainingFile.isOne(fileName);
  }

  @Override
  public Checkpoint open(CheckpointSource source) throws IOException {
    return ShardedFolder.open(source, TorchReader::header);
  }

  /** The tensors of one file, for formats whose shards are PyTorch files. */
  public static ShardHeader header(RangeReader file, String name) throws IOException {
    return new TorchScan(file, name).header();
  }
}
