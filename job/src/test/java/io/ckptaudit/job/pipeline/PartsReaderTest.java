package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.arrow.SliceCounter;
import io.ckptaudit.udfs.arrow.SpanCounter;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** The tensors of a task become outcomes, however many parts of it are read at the same time. */
@Timeout(120)
class PartsReaderTest {

  private static final int BYTES = 40_000_000;
  private static final int IN_FLIGHT = 4;
  private static final int PART = (8 << 20) - (8 << 20) % 24;
  private static final FileBudget A_SECOND = new FileBudget(1, Long.MAX_VALUE);

  @TempDir Path folder;

  private static ReadPlan plan(FileBudget budget) {
    return new ReadPlan(ReadChoice.BUFFERED, 256 << 10, IN_FLIGHT, 8 << 20, budget, false);
  }

  private static Split split(FileEntry file, int tensor, long offset, long bytes) {
    return split(file, tensor, DType.BF16, offset, bytes);
  }

  /** Neither the first of its tensor nor the last, and of a slice with a checksum. */
  private static Split split(FileEntry file, int tensor, DType dtype, long offset, long bytes) {
    return new Split(
        new TensorId(0, tensor),
        0,
        dtype,
        file,
        offset,
        bytes,
        1000L * tensor,
        24,
        null,
        null,
        tensor % 3 == 0 ? new Split.Checksum(2, 48) : null);
  }

  /** Long ones and short ones of several dtypes, with holes between some of them. */
  private static List<Split> splits(FileEntry file, int firstTensor) {
    List<Split> splits = new ArrayList<>();
    long place = 9;
    for (int i = 0; place < BYTES - 13_000_000; i++) {
      long bytes = i % 400 == 1 ? 12_400_008 : 8 * (i * 37L % 750);
      DType dtype = List.of(DType.BF16, DType.F32, DType.F4, DType.I64).get(i / 100 % 4);
      splits.add(split(file, firstTensor + i, dtype, place, bytes));
      place += bytes + (i % 7 == 0 ? 30_001 : 0);
    }
    return splits;
  }

  private static SplitReader splitReader(
      BlockReader.Opener files, TaskMemory memory, ReadPlan how) {
    return new SplitReader(
        files,
        memory,
        how,
        new SplitCounters() {
          @Override
          public SpanCounter counter(DType dtype) {
            return new SplitCounter(
                dtype, new KernelConversions(), EnumSet.of(Target.F16, Target.BF16));
          }

          @Override
          public Optional<SliceCounter> slices(Split split) {
            return split.dtype() == DType.BF16
                ? Optional.of(new SliceCounter(split.dtype(), 4096, split.firstElement()))
                : Optional.empty();
          }
        });
  }

  private static Map<Integer, byte[]> outcomes(TaskReader reader, List<Split> splits) {
    Map<Integer, byte[]> outcomes = new TreeMap<>();
    TensorOutcomes all =
        new TensorOutcomes(
            List.of(new ReadTask(new ArrayList<>(splits))).iterator(),
            reader,
            read -> {},
            () -> {});
    while (all.hasNext()) {
      Tuple2<Long, byte[]> outcome = all.next();
      outcomes.put(TensorId.ofKey(outcome._1()).tensor(), outcome._2());
    }
    return outcomes;
  }

  private static Map<Integer, byte[]> inParts(
      BlockReader.Opener files, ReadPlan plan, List<Split> splits) throws IOException {
    try (TaskMemory memory = TaskMemory.open("test");
        PartsReader reader = new PartsReader(plan, how -> splitReader(files, memory, how))) {
      return outcomes(reader, splits);
    }
  }

  /** By the reader that this one has several of, on its own. */
  private static Map<Integer, byte[]> alone(BlockReader.Opener files, List<Split> splits)
      throws IOException {
    return alone(files, splits, FileBudget.USUAL);
  }

  private static Map<Integer, byte[]> alone(
      BlockReader.Opener files, List<Split> splits, FileBudget budget) throws IOException {
    try (TaskMemory memory = TaskMemory.open("test");
        SplitReader reader = splitReader(files, memory, plan(budget))) {
      return outcomes(reader, splits);
    }
  }

  private static void assertSame(Map<Integer, byte[]> outcomes, Map<Integer, byte[]> expected) {
    assertThat(outcomes.keySet()).isEqualTo(expected.keySet());
    expected.forEach((tensor, outcome) -> assertThat(outcomes.get(tensor)).isEqualTo(outcome));
  }

  @Test
  void partsAreReadAtTheSameTimeAndGiveTheOutcomesOfOneReader() throws IOException {
    FakeFiles slow = new FakeFiles(BYTES, (position, bytes) -> sleep(1));
    List<Split> splits = splits(slow.file(), 0);
    Map<Integer, byte[]> expected = alone(new FakeFiles(BYTES, (at, bytes) -> {}), splits);
    assertSame(inParts(slow, plan(FileBudget.USUAL), splits), expected);
    assertThat(slow.mostInFlight.get()).isEqualTo(IN_FLIGHT);
    assertThat(slow.open.get()).isZero();
    assertThat(slow.opened.get()).as("each reader keeps it open").isEqualTo(IN_FLIGHT);
  }

  /** What a store is told once, it need not be asked for piece by piece. */
  @Test
  void aReaderSaysHowFarItWillGoOn() throws IOException {
    FakeFiles store = new FakeFiles(BYTES, (position, bytes) -> {});
    inParts(store, plan(FileBudget.USUAL), List.of(split(store.file(), 0, 100, 30_000_000)));
    assertThat(store.expected)
        .containsExactlyInAnyOrder(100L + PART, 100L + 2 * PART, 100L + 3 * PART, 30_000_100L);
  }

  @Test
  void aFaultCostsTheTensorsItIsIn() throws IOException {
    FakeFiles broken =
        new FakeFiles(
            BYTES,
            (position, bytes) -> {
              if (position <= 20_000_000 && position + bytes > 20_000_000) {
                throw new IOException("broken");
              }
            });
    List<Split> splits = splits(broken.file(), 0);
    Map<Integer, byte[]> expected = alone(new FakeFiles(BYTES, (at, bytes) -> {}), splits);
    Map<Integer, byte[]> outcomes = inParts(broken, plan(FileBudget.USUAL), splits);
    for (Split split : splits) {
      int tensor = split.tensor().tensor();
      boolean hit = split.offset() <= 20_000_000 && split.offset() + split.bytes() > 20_000_000;
      assertThat(SplitOutcome.isFault(outcomes.get(tensor))).isEqualTo(hit);
      if (!hit) {
        assertThat(outcomes.get(tensor)).isEqualTo(expected.get(tensor));
      }
    }
    assertThat(broken.open.get()).isZero();
  }

  @Test
  void aFileThatIsOverItsTimeIsGivenUpByAllReaders() throws IOException {
    FakeFiles slow = new FakeFiles("slow", BYTES, (position, bytes) -> sleep(400));
    FakeFiles quick = new FakeFiles("quick", BYTES, (position, bytes) -> {});
    BlockReader.Opener both =
        (file, policy) -> (file.equals(quick.file()) ? quick : slow).open(file, policy);
    List<Split> splits = splits(slow.file(), 0);
    int ofSlow = splits.size();
    splits.addAll(splits(quick.file(), ofSlow));
    Map<Integer, byte[]> outcomes = inParts(both, plan(A_SECOND), splits);
    List<Boolean> given =
        outcomes.values().stream()
            .map(
                outcome ->
                    SplitOutcome.isFault(outcome)
                        && SplitOutcome.failure(outcome).fault() == ReadFault.INCOMPLETE_BUDGET)
            .toList();
    assertThat(given.subList(0, ofSlow)).contains(true);
    assertThat(given.subList(ofSlow, given.size())).containsOnly(false);
    assertThat(slow.reads.get()).isLessThan(5 * IN_FLIGHT);
    assertThat(slow.open.get() + quick.open.get()).isZero();
  }

  /** Not the whole file: what lies within the bytes that are allowed is read. */
  @Test
  void aFileThatIsTooLargeIsReadAsFarAsItMay() throws IOException {
    FileBudget half = new FileBudget(3600, BYTES / 2);
    FakeFiles slow = new FakeFiles(BYTES, (position, bytes) -> sleep(5));
    List<Split> splits = splits(slow.file(), 0);
    assertSame(
        inParts(slow, plan(half), splits),
        alone(new FakeFiles(BYTES, (at, bytes) -> {}), splits, half));
  }

  @Test
  void whatCannotBeClosedKeepsNothingElseOpen() {
    FakeFiles files = new FakeFiles(BYTES, (position, bytes) -> {});
    files.failsToClose = true;
    assertThatThrownBy(() -> inParts(files, plan(FileBudget.USUAL), splits(files.file(), 0)))
        .isInstanceOf(IOException.class)
        .hasMessage("closing failed")
        .satisfies(
            failure ->
                assertThat(failure.getSuppressed())
                    .as("no leak of memory among them")
                    .hasSize(IN_FLIGHT - 1)
                    .allMatch(other -> other.getMessage().equals("closing failed")));
    assertThat(files.open.get()).isZero();
  }

  @Test
  void connectionsRestOnceAPartIsRead() throws IOException {
    FakeFiles store = new FakeFiles(BYTES, (position, bytes) -> {});
    inParts(store, plan(FileBudget.USUAL), List.of(split(store.file(), 0, 100, 30_000_000)));
    assertThat(store.reads.get()).isGreaterThan(30);
    assertThat(store.rests.get()).as("at its last block, and when it is done").isEqualTo(2 * 4);
  }

  @Test
  void aKilledTaskInterruptsItsReadersAndFreesTheirMemory() throws Exception {
    CountDownLatch started = new CountDownLatch(IN_FLIGHT);
    FakeFiles stuck =
        new FakeFiles(
            BYTES,
            (position, bytes) -> {
              started.countDown();
              sleep(100_000);
            });
    assertThat(failureOfKilled(stuck, started))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(InterruptedIOException.class)
        .hasNoSuppressedExceptions();
    assertThat(stuck.inFlight.get()).isZero();
    assertThat(stuck.open.get()).isZero();
  }

  /** What a task throws that is interrupted once its reads are under way. */
  private static Throwable failureOfKilled(FakeFiles files, CountDownLatch started)
      throws InterruptedException {
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread task =
        new Thread(
            () -> {
              try {
                inParts(files, plan(FileBudget.USUAL), splits(files.file(), 0));
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    task.start();
    assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
    task.interrupt();
    task.join(60_000);
    return failure.get();
  }

  /** As a socket does, from which a store's client reads. */
  @Test
  void readersEndSoonEvenIfTheirReadsHeedNoInterruption() throws Exception {
    CountDownLatch started = new CountDownLatch(IN_FLIGHT);
    FakeFiles deaf =
        new FakeFiles(
            BYTES,
            (position, bytes) -> {
              started.countDown();
              long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300);
              while (System.nanoTime() < end) {
                Thread.onSpinWait();
              }
            });
    assertThat(failureOfKilled(deaf, started))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(InterruptedIOException.class)
        .hasNoSuppressedExceptions();
    assertThat(deaf.reads.get()).isLessThan(3 * IN_FLIGHT);
    assertThat(deaf.open.get()).isZero();
  }

  /** What ends a JVM must not become a finding, nor a failure that Spark tries again here. */
  @Test
  void anErrorIsThrownAsItIs() {
    FakeFiles files =
        new FakeFiles(
            BYTES,
            (position, bytes) -> {
              throw new OutOfMemoryError("of the test");
            });
    assertThatThrownBy(() -> inParts(files, plan(FileBudget.USUAL), splits(files.file(), 0)))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage("of the test");
  }

  @Test
  void localFilesAreReadByOneReader() throws IOException {
    byte[] content = new byte[BYTES];
    new Random(1).nextBytes(content);
    Path path = Files.write(folder.resolve("f"), content);
    FileEntry local = Storages.local().forUri(path.toString()).stat(path.toString());
    FakeFiles store = new FakeFiles(BYTES, (position, bytes) -> {});
    assertThat(Arrays.equals(content, store.content())).isTrue();
    List<Split> splits = splits(store.file(), 0);
    List<Split> ofLocal = splits(local, 0);
    assertSame(
        inParts(
            (file, policy) -> Storages.local().forUri(file.uri()).open(file, policy),
            plan(FileBudget.USUAL),
            ofLocal),
        alone(store, splits));
  }

  private static void sleep(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
