package io.ckptaudit.job.checkpoint.safetensors;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.ShardedFolder;
import io.ckptaudit.job.checkpoint.SliceFile;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;

/** Checkpoints of {@code *.safetensors} files, other than those with slices by their names. */
public final class SafetensorsReader implements CheckpointReader {

  @Override
  public String format() {
    return "safetensors";
  }

  @Override
  public boolean isShard(String fileName) {
    return fileName.endsWith(SafetensorsFormat.SUFFIX) && !SliceFile.isOne(fileName);
  }

  @Override
  public boolean isIndex(String fileName) {
    return fileName.endsWith(SafetensorsFormat.INDEX_SUFFIX);
  }

  @Override
  public Checkpoint open(CheckpointSource source) throws IOException {
    return ShardedFolder.open(source, SafetensorsReader::header);
  }

  /** The tensors of one file; one with slices of tensors is refused. */
  public static ShardHeader header(RangeReader file, String name) throws IOException {
    return new ShardScan(file, name).header();
  }

  /** The slices of one file, for a format that knows what to do with them. */
  public static SlicedShard slices(RangeReader file, String name) throws IOException {
    return new ShardScan(file, name).slices();
  }
}
