package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.checkpoint.ShardedFolder;
import java.io.IOException;

/** Checkpoints of PyTorch files: {@code *.bin}, {@code *.pt}, {@code *.pth}, {@code *.ckpt}. */
public final class TorchReader implements CheckpointReader {

  @Override
  public String format() {
    return "torch";
  }

  @Override
  public boolean isShard(String fileName) {
    int dot = fileName.lastIndexOf('.');
    return dot >= 0 && TorchFormat.SUFFIXES.contains(fileName.substring(dot));
  }

  @Override
  public boolean isIndex(String fileName) {
    return fileName.endsWith(TorchFormat.INDEX_SUFFIX);
  }

  @Override
  public boolean isBeside(String fileName) {
    return TorchFormat.BESIDE.matcher(fileName).matches();
  }

  @Override
  public Checkpoint open(CheckpointSource source) throws IOException {
    return ShardedFolder.open(source, (file, name) -> new TorchScan(file, name).header());
  }
}
