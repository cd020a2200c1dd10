package io.ckptaudit.job.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.IndexedReaderContract;
import io.ckptaudit.job.testing.TorchBytes;
import org.junit.jupiter.api.Test;

class TorchReaderTest extends IndexedReaderContract {

  @Override
  protected CheckpointReader reader() {
    return new TorchReader();
  }

  @Override
  protected byte[] shard(String... tensors) {
    byte[][] storages = new byte[tensors.length][6];
    byte[] pickle =
        TorchBytes.dict(
            p -> {
              for (int i = 0; i < tensors.length; i++) {
                p.text(tensors[i]).vector("BFloat16Storage", "" + i, 3);
              }
            });
    return TorchBytes.zip(pickle, storages).bytes();
  }

  @Override
  protected String shardName(String stem) {
    return stem + ".bin";
  }

  @Override
  protected String indexName() {
    return "pytorch_model.bin.index.json";
  }

  @Test
  void whatTrainingLeavesIsNoShard() {
    for (String name : new String[] {"training_args.bin", "optimizer.pt", "rng_state_0.pth"}) {
      assertThat(reader().isShard(name)).isTrue();
      assertThat(reader().isBeside(name)).as(name).isTrue();
    }
    for (String name :
        new String[] {"pytorch_model.bin", "consolidated.00.pth.bin", "model.ckpt"}) {
      assertThat(reader().isBeside(name)).as(name).isFalse();
    }
  }
}
