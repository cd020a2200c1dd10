package io.ckptaudit.job.checkpoint.safetensors;

import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.IndexedReaderContract;
import io.ckptaudit.job.testing.SafetensorsBytes;

class SafetensorsReaderTest extends IndexedReaderContract {

  @Override
  protected CheckpointReader reader() {
    return new SafetensorsReader();
  }

  @Override
  protected byte[] shard(String... tensors) {
    SafetensorsBytes file = SafetensorsBytes.file();
    for (String tensor : tensors) {
      file.tensor(tensor, "BF16", (short) 1, (short) 2, (short) 3);
    }
    return file.bytes();
  }

  @Override
  protected String shardName(String stem) {
    return stem + ".safetensors";
  }

  @Override
  protected String indexName() {
    return "model.safetensors.index.json";
  }
}
