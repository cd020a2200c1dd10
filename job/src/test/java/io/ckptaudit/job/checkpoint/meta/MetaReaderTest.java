package io.ckptaudit.job.checkpoint.meta;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.CheckpointReaderContract;
import io.ckptaudit.job.checkpoint.torch.TorchReader;
import io.ckptaudit.job.testing.MetaModel;
import io.ckptaudit.job.testing.TorchBytes;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetaReaderTest extends CheckpointReaderContract {

  private final List<String> stems = new ArrayList<>();

  @Override
  protected CheckpointReader reader() {
    return new MetaReader();
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
    if (!stems.contains(stem)) {
      stems.add(stem);
    }
    return MetaModel.file(stems.indexOf(stem));
  }

  @Test
  void ranksHaveAFormatOfTheirOwn() {
    for (String name : new String[] {"consolidated.00.pth", "consolidated.pth"}) {
      assertThat(reader().isShard(name)).as(name).isTrue();
      assertThat(new TorchReader().isShard(name)).as(name).isFalse();
    }
    for (String name :
        new String[] {"consolidated.0.pth", "consolidated.00.pt", "xconsolidated.00.pth", ".pth"}) {
      assertThat(reader().isShard(name)).as(name).isFalse();
    }
  }
}
