package io.ckptaudit.job.broken;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.checkpoint.safetensors.SafetensorsReader;
import io.ckptaudit.job.checkpoint.torch.TorchReader;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.io.TimeBudget;
import io.ckptaudit.job.pipeline.DryRun;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.PickleBytes;
import io.ckptaudit.job.testing.RecordingStorage;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.job.testing.TorchBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file that comes drop by drop costs its own row, never the run: no thread waits, a clock is set.
 */
class TimeBudgetTest {

  private static final String SLOW = "slow.safetensors";
  private static final int MEBIBYTES = 5;

  @TempDir Path folder;

  private final AtomicInteger slowReads = new AtomicInteger();

  @BeforeEach
  void writeCheckpoint() throws IOException {
    BrokenCase.sound().write(folder.resolve("sound.safetensors"));
    SafetensorsBytes.file()
        .metadata("k", "v".repeat(MEBIBYTES << 20))
        .rawEntry(HeaderCases.W)
        .data(HeaderCases.FOUR)
        .write(folder.resolve(SLOW));
  }

  /** Each read of one file takes 20 s by the only clock there is. */
  private Checkpoint open(String slow, long budget) throws IOException {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    RecordingStorage storage =
        new RecordingStorage(
            Storages.local().forUri(folder.toString()),
            uri -> {
              if (uri.endsWith(slow)) {
                slowReads.incrementAndGet();
                now.addAndGet(TimeUnit.SECONDS.toNanos(20));
              }
            });
    String uri = folder.toUri().toString();
    return new CheckpointSource(
            storage.storage(),
            new SafetensorsReader(),
            uri,
            uri,
            null,
            new TimeBudget(budget, now::get))
        .open();
  }

  @Test
  void whatIsTooSlowIsNotReadOnAndTheOthersAre() throws IOException {
    Checkpoint checkpoint = open(SLOW, 50);
    assertThat(checkpoint.tensors())
        .extracting(TensorEntry::name)
        .containsExactly(BrokenCase.SOUND);
    assertThat(checkpoint.problems()).hasSize(1);
    Problem problem = checkpoint.problems().get(0);
    assertThat(problem.of()).isEqualTo(ReadFault.TIME_BUDGET);
    assertThat(problem.message())
        .isEqualTo(
            "Cannot read the header in slow.safetensors: reading it took longer than it may; look at the store, or allow more with --conf spark.ckptaudit.header.seconds=N");
    assertThat(slowReads).hasValue(3);
    assertThat(checkpoint.unaudited().files()).containsExactly(SLOW);
    DryRun run = DryRun.of(List.of(checkpoint), new PlanSettings(1 << 20, 1), Policy.DEFAULT);
    assertThat(Verdict.of(run.findings(), Verdict.FailOn.NEVER).exitCode()).isEqualTo(12);
  }

  /**
   * One read and then nothing but opcodes: the clock, which a look at it moves on, is looked at.
   */
  @Test
  void parsingIsWithinTheBudgetToo() throws IOException {
    byte[] opcodes = new byte[400_000];
    Arrays.fill(opcodes, (byte) 'N');
    byte[] pickle = PickleBytes.pickle().op("(").raw(opcodes).op("t").stop();
    Path models = Files.createDirectories(folder.resolve("torch"));
    Files.write(models.resolve("many.pt"), TorchBytes.zip(pickle).bytes());
    byte[] sound = TorchBytes.dict(p -> p.text("w").vector("FloatStorage", "0", 4));
    Files.write(models.resolve("w.pt"), TorchBytes.zip(sound, TorchBytes.floats(4)).bytes());
    AtomicLong now = new AtomicLong();
    TimeBudget budget = new TimeBudget(60, () -> now.addAndGet(TimeUnit.SECONDS.toNanos(1)));
    String uri = models.toUri().toString();
    Checkpoint checkpoint =
        new CheckpointSource(
                Storages.local().forUri(uri), new TorchReader(), uri, uri, null, budget)
            .open();
    assertThat(checkpoint.problems()).extracting(Problem::rule).containsExactly("TIME_BUDGET");
    assertThat(checkpoint.problems().get(0).file()).isEqualTo("many.pt");
    assertThat(checkpoint.tensors()).extracting(TensorEntry::name).containsExactly("w");
  }

  @Test
  void withinTheBudgetItIsRead() throws IOException {
    Checkpoint checkpoint = open(SLOW, 20 * (MEBIBYTES + 4));
    assertThat(checkpoint.problems()).isEmpty();
    assertThat(checkpoint.tensors())
        .extracting(TensorEntry::name)
        .containsExactly(BrokenCase.SOUND, "w");
  }

  @Test
  void anIndexHasTheSameBudget() throws IOException {
    Files.writeString(
        folder.resolve(IndexCases.INDEX),
        "{\"x\":\"" + "y".repeat(MEBIBYTES << 20) + "\",\"weight_map\":{}}");
    Checkpoint checkpoint = open(IndexCases.INDEX, 50);
    assertThat(checkpoint.problems()).extracting(Problem::rule).containsExactly("TIME_BUDGET");
    assertThat(checkpoint.problems().get(0).file()).isEqualTo(IndexCases.INDEX);
    assertThat(checkpoint.tensors())
        .extracting(TensorEntry::name)
        .containsExactly(BrokenCase.SOUND, "w");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1.5", "x", "1000000"})
  void aBudgetIsANumberOfSeconds(String given) {
    ChildProcess.Ended ended = dryRun(given);
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err())
        .contains(
            "Invalid spark.ckptaudit.header.seconds: '"
                + given
                + "' is not a number of seconds from 1 to 999999; use one such as 300");
  }

  @Test
  void aBudgetIsASetting() {
    assertThat(dryRun("60").exitCode()).isZero();
  }

  private ChildProcess.Ended dryRun(String seconds) {
    return InProcess.run(
        "audit",
        "--dry-run",
        folder.toString(),
        "--conf",
        "spark.ckptaudit.header.seconds=" + seconds);
  }
}
