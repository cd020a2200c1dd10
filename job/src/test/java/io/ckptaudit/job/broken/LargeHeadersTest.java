package io.ckptaudit.job.broken;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.Checkpoints;
import io.ckptaudit.job.testing.TorchBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Six headers that each take as much heap as one may, more together than there is: they wait for
 * one another, and the file beside them is audited.
 */
@Tag("minutes")
@Timeout(600)
class LargeHeadersTest {

  private static final int VALUES = 8_000_000;
  private static final int FILES = 6;

  @TempDir Path folder;

  /** Places far apart in the memo: five bytes of a pickle each, and 72 of the heap. */
  private static byte[] pickle() {
    ByteBuffer pickle = ByteBuffer.allocate(VALUES * 5 + 4).order(ByteOrder.LITTLE_ENDIAN);
    pickle.put((byte) 0x80).put((byte) 2).put((byte) 'N');
    for (int i = 0; i < VALUES; i++) {
      pickle.put((byte) 'r').putInt(Integer.MIN_VALUE + 64 * i);
    }
    return pickle.put((byte) '.').array();
  }

  @Test
  void theyAreParsedOneAfterTheOther() throws IOException {
    Path first = folder.resolve("large-0.pt");
    Files.write(first, TorchBytes.zip(pickle()).bytes());
    for (int i = 1; i < FILES; i++) {
      Files.copy(first, folder.resolve("large-" + i + ".pt"));
    }
    byte[] sound = TorchBytes.dict(p -> p.text("w").vector("FloatStorage", "0", 4));
    Files.write(folder.resolve("w.pt"), TorchBytes.zip(sound, TorchBytes.floats(4)).bytes());
    Checkpoint opened = Checkpoints.open(List.of(folder.toString()), Storages.local()).get(0);
    assertThat(opened.tensors()).extracting(TensorEntry::name).containsExactly("w");
    assertThat(opened.problems())
        .filteredOn(problem -> problem.rule().equals("PKL_LIMIT"))
        .hasSize(FILES)
        .extracting(Problem::message)
        .allMatch(message -> message.contains("its values take more than 512 MiB"));
  }
}
