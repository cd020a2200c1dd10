package io.ckptaudit.job.broken;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointFinder;
import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.checkpoint.ShardReader;
import io.ckptaudit.job.checkpoint.ShardedFolder;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.checkpoint.torch.TorchReader;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.io.TimeBudget;
import io.ckptaudit.job.testing.TorchBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A parser that throws what it must not costs the file it was reading, never the run. */
class FailingParserTest {

  @TempDir Path folder;

  /** Of files that it cannot read by a mistake of its own. */
  private static final ShardReader MISTAKEN =
      (file, name) -> {
        if (name.equals("bad.pt")) {
          throw new ArithmeticException("long overflow");
        }
        return TorchReader.header(file, name);
      };

  private static final class Reader implements CheckpointReader {
    @Override
    public String format() {
      return "mistaken";
    }

    @Override
    public boolean isShard(String fileName) {
      return fileName.endsWith(".pt");
    }

    @Override
    public boolean isIndex(String fileName) {
      return false;
    }

    @Override
    public Checkpoint open(CheckpointSource source) throws IOException {
      return ShardedFolder.open(source, MISTAKEN);
    }
  }

  @Test
  void theOtherFilesAreAudited() throws IOException {
    for (String name : new String[] {"bad", "good"}) {
      byte[] pickle = TorchBytes.dict(p -> p.text(name).vector("FloatStorage", "0", 4));
      byte[] file = TorchBytes.zip(pickle, TorchBytes.floats(4)).bytes();
      Files.write(folder.resolve(name + ".pt"), file);
    }
    String uri = folder.toUri().toString();
    TimeBudget budget = TimeBudget.ofSeconds(CheckpointFinder.DEFAULT_SECONDS);
    Checkpoint opened =
        new CheckpointSource(Storages.local().forUri(uri), new Reader(), uri, uri, null, budget)
            .open();
    assertThat(opened.tensors()).extracting(TensorEntry::name).containsExactly("good");
    assertThat(opened.problems()).hasSize(1);
    Problem problem = opened.problems().get(0);
    assertThat(problem.of()).isEqualTo(ReadFault.INCOMPLETE_INTERNAL);
    assertThat(problem.of().isIncomplete()).isTrue();
    assertThat(problem.message())
        .isEqualTo(
            "Cannot read the header in bad.pt: the program failed on it; report this with the log,"
                + " and audit the other files meanwhile");
    assertThat(opened.unaudited().files()).containsExactly("bad.pt");
  }
}
