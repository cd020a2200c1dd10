package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.io.FileBudgetException;
import io.ckptaudit.job.io.FileChangedException;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.ReadPolicy;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.SpanCounter;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.TensorState;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The bytes of splits become states, in whatever way and order they are fetched. */
@Timeout(120)
class SplitReaderTest {

  private static final int BLOCK = 256 << 10;
  private static final ReadPlan AHEAD = new ReadPlan(ReadChoice.BUFFERED, BLOCK, 4);

  @TempDir Path folder;

  private static final BlockReader.Opener LOCAL =
      (file, policy) -> Storages.local().forUri(file.uri()).open(file, policy);

  private static Split split(FileEntry file, int tensor, long offset, long bytes) {
    return new Split(new TensorId(0, tensor), DType.BF16, file, offset, bytes, 0, 0);
  }

  /** One long split and many short ones, with holes between some of them. */
  private static List<Split> splits(FileEntry file) {
    List<Split> splits = new ArrayList<>();
    splits.add(split(file, 0, 9, 0));
    long place = 9;
    for (int i = 1; place < file.length() - 3_000_000; i++) {
      long bytes = i % 40 == 1 ? 2_400_002 : 2 * (i * 37L % 3000);
      splits.add(split(file, i, place, bytes));
      place += bytes + (i % 7 == 0 ? 30_001 : 0);
    }
    splits.add(split(file, splits.size(), file.length() - 1000, 1000));
    return splits;
  }

  private static List<String> states(BlockReader.Opener files, ReadPlan plan, List<Split> splits)
      throws IOException {
    List<String> states = new ArrayList<>();
    try (TaskMemory memory = TaskMemory.open("test");
        SplitReader reader = reader(files, memory, plan)) {
      reader.begin(splits);
      for (Split split : splits) {
        states.add(java.util.Arrays.hashCode(reader.read(split).state().toBytes()) + "");
      }
    }
    return states;
  }

  /** Each split alone, from bytes that nobody else touched. */
  private static List<String> expected(BlockReader.Opener files, List<Split> splits)
      throws IOException {
    List<String> states = new ArrayList<>();
    for (Split split : splits) {
      states.addAll(states(files, new ReadPlan(ReadChoice.BUFFERED, 1 << 20, 1), List.of(split)));
    }
    return states;
  }

  private FileEntry localFile(int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(1).nextBytes(content);
    Path path = Files.write(folder.resolve("f"), content);
    return Storages.local().forUri(path.toString()).stat(path.toString());
  }

  @ParameterizedTest
  @EnumSource(value = ReadChoice.class, names = "AUTO", mode = Mode.EXCLUDE)
  void everyWayOfReadingGivesTheSameStates(ReadChoice way) throws IOException {
    List<Split> splits = splits(localFile(21_000_001));
    List<String> expected = expected(LOCAL, splits);
    assertThat(states(LOCAL, new ReadPlan(way, BLOCK, 2), splits)).isEqualTo(expected);
    assertThat(states(LOCAL, new ReadPlan(way, 4 << 20, 4), splits)).isEqualTo(expected);
  }

  @Test
  void readsOfAStoreOverlapAndNeighboursShareThem() throws IOException {
    FakeFiles slow = new FakeFiles(21_000_001, (position, bytes) -> sleep(2));
    List<Split> splits = splits(slow.file());
    List<String> expected = expected(new FakeFiles(21_000_001, (position, bytes) -> {}), splits);
    assertThat(states(slow, AHEAD, splits)).isEqualTo(expected);
    assertThat(slow.mostInFlight.get()).isEqualTo(4);
    assertThat(slow.reads.get()).isBetween(80, 3 * 21_000_001 / BLOCK).isLessThan(splits.size());
    assertThat(slow.open.get()).isZero();
  }

  /** A run may have both, and then a task may. */
  @Test
  void mappedFilesAndStoresMixInATask() throws IOException {
    FakeFiles store = new FakeFiles(21_000_001, (position, bytes) -> {});
    FileEntry local = localFile(21_000_001);
    BlockReader.Opener both =
        (file, policy) -> (file.equals(local) ? LOCAL : store).open(file, policy);
    List<Split> splits = new ArrayList<>(splits(local));
    splits.addAll(splits(store.file()));
    List<String> expected = expected(both, splits);
    ReadPlan mixed = new ReadPlan(ReadChoice.MAP, BLOCK, 2);
    assertThat(states(both, mixed, splits)).isEqualTo(expected);
    try (TaskMemory memory = TaskMemory.open("test");
        SplitReader left = reader(both, memory, mixed)) {
      left.begin(splits);
      left.read(splits.get(1));
      left.close();
      assertThat(memory.allocatedBytes()).isZero();
    }
  }

  private static void sleep(long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
  }

  @Test
  void memoryDoesNotDependOnWhatIsRead() throws IOException {
    FakeFiles files = new FakeFiles(21_000_001, (position, bytes) -> {});
    List<Split> splits = splits(files.file());
    try (TaskMemory memory = TaskMemory.open("test");
        SplitReader reader = reader(files, memory, AHEAD)) {
      reader.begin(splits);
      for (Split split : splits) {
        reader.read(split);
        assertThat(memory.allocatedBytes()).isLessThanOrEqualTo(5L * BLOCK);
      }
    }
  }

  @Test
  void o15_aStaleHandleIsReadAgainOnAFileOpenedAnew() throws IOException {
    AtomicInteger failures = new AtomicInteger();
    FakeFiles flaky =
        new FakeFiles(
            21_000_001,
            (position, bytes) -> {
              if (position > 5_000_000 && failures.incrementAndGet() == 1) {
                throw new IOException("Stale file handle");
              }
            });
    List<Split> splits = splits(flaky.file()).subList(0, 100);
    List<String> expected = expected(new FakeFiles(21_000_001, (position, bytes) -> {}), splits);
    assertThat(states(flaky, AHEAD, splits)).isEqualTo(expected);
    assertThat(failures.get()).isGreaterThan(1);
  }

  /** Some file systems take O_DIRECT when a file is opened, and refuse the reads. */
  @Test
  void whatCannotBeReadDirectlyIsReadThroughThePageCache() throws IOException {
    List<Split> splits = splits(localFile(6_000_001)).subList(0, 5);
    List<String> expected = expected(LOCAL, splits);
    BlockReader.Opener refusing =
        (file, policy) -> {
          if (policy == ReadPolicy.DIRECT) {
            throw new IOException("Invalid argument");
          }
          return LOCAL.open(file, policy);
        };
    assertThat(states(refusing, new ReadPlan(ReadChoice.DIRECT, BLOCK, 2), splits))
        .isEqualTo(expected);
  }

  @Test
  void anInterruptedPauseSaysSo() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> SplitReader.pause(1))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage(
            "Cannot read on: interrupted in a pause of 200 ms before another attempt; look for what"
                + " ended the task");
    assertThat(Thread.interrupted()).isTrue();
  }

  /** A byte that cannot be read costs the split it is in, not those that share its block. */
  @Test
  void aFaultCostsOnlyTheSplitItIsIn() throws IOException {
    long bad = 2_500_000;
    FakeFiles broken =
        new FakeFiles(
            21_000_001,
            (position, bytes) -> {
              if (position <= bad && bad < position + bytes) {
                throw new IOException("bad sector");
              }
            });
    List<Split> splits = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      splits.add(split(broken.file(), i, 2_450_000 + i * 10_000L, 10_000));
    }
    try (TaskMemory memory = TaskMemory.open("test");
        SplitReader reader = reader(broken, memory, AHEAD)) {
      reader.begin(splits);
      for (Split split : splits) {
        if (split.offset() <= bad && bad < split.offset() + split.bytes()) {
          assertThatThrownBy(() -> reader.read(split))
              .hasMessage(
                  "Cannot read fake://store/f at byte %s: attempt 3 failed with 'bad sector'; check the disk or the store and run the audit again",
                  split.offset());
        } else {
          assertThat(reader.read(split).state().elements()).isEqualTo(5000);
        }
      }
    }
  }

  /** A second is long enough for some blocks and too short for the file. */
  @Test
  void o18_aFileThatIsOverItsTimeDoesNotKeepTheOthersWaiting() throws IOException {
    FakeFiles slow = new FakeFiles("slow", 21_000_001, (position, bytes) -> sleep(100));
    FakeFiles quick = new FakeFiles("quick", 21_000_001, (position, bytes) -> {});
    List<Split> splits = new ArrayList<>(List.of(split(slow.file(), 0, 0, 1000)));
    splits.addAll(splits(slow.file()));
    int ofSlow = splits.size();
    splits.addAll(splits(quick.file()));
    BlockReader.Opener both =
        (file, policy) -> (file.equals(quick.file()) ? quick : slow).open(file, policy);
    ReadPlan plan = new ReadPlan(ReadChoice.BUFFERED, BLOCK, 1, new FileBudget(1, Long.MAX_VALUE));
    try (TaskMemory memory = TaskMemory.open("test");
        SplitReader reader = reader(both, memory, plan)) {
      reader.begin(splits);
      assertThat(reader.read(splits.get(0)).state().elements()).isEqualTo(500);
      List<String> refusals = new ArrayList<>();
      for (Split split : splits.subList(1, ofSlow)) {
        try {
          reader.read(split);
        } catch (FileBudgetException e) {
          refusals.add(e.getMessage());
        }
      }
      assertThat(refusals.get(0))
          .isEqualTo(
              "Cannot read fake://store/slow on: its 1 s are spent; look at the store, or allow more");
      assertThat(refusals.subList(1, refusals.size()))
          .containsOnly(
              "Cannot read fake://store/slow on: it was given up; look at the store, or allow more");
      for (Split split : splits.subList(ofSlow, splits.size())) {
        assertThat(reader.read(split).state().elements()).isEqualTo(split.bytes() / 2);
      }
    }
    assertThat(slow.reads.get()).isLessThan(40);
    assertThat(slow.open.get() + quick.open.get()).isZero();
  }

  /** What a killed task leaves: its reads end before its memory is given back. */
  @Test
  void closingInterruptsReadsInFlightAndFreesTheirMemory() throws Exception {
    CountDownLatch started = new CountDownLatch(4);
    FakeFiles stuck =
        new FakeFiles(
            21_000_001,
            (position, bytes) -> {
              started.countDown();
              sleep(100_000);
            });
    List<Split> splits = splits(stuck.file());
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread task =
        new Thread(
            () -> {
              try {
                states(stuck, AHEAD, splits);
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    task.start();
    assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
    task.interrupt();
    task.join(60_000);
    assertThat(failure.get())
        .isInstanceOf(InterruptedIOException.class)
        .hasNoSuppressedExceptions();
    assertThat(stuck.inFlight.get()).isZero();
    assertThat(stuck.open.get()).isZero();
  }

  @ParameterizedTest
  @EnumSource(value = ReadChoice.class, names = "AUTO", mode = Mode.EXCLUDE)
  void aFileRewrittenWhileItIsReadIsNoticed(ReadChoice way) throws IOException {
    FileEntry file = localFile(21_000_001);
    List<Split> splits = List.of(split(file, 0, 10, 2000), split(file, 1, 20_000_000, 2000));
    try (TaskMemory memory = TaskMemory.open("test");
        SplitReader reader = reader(LOCAL, memory, new ReadPlan(way, BLOCK, 1))) {
      reader.begin(splits);
      assertThat(reader.read(splits.get(0)).state().elements()).isEqualTo(1000);
      try (FileChannel channel = FileChannel.open(folder.resolve("f"), StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 20_000_100);
      }
      Files.setLastModifiedTime(
          folder.resolve("f"), java.nio.file.attribute.FileTime.fromMillis(1));
      assertThatThrownBy(() -> reader.read(splits.get(1)))
          .isInstanceOf(FileChangedException.class)
          .hasMessageStartingWith("Cannot read " + file.uri() + " as it was listed")
          .hasMessageEndingWith("; keep writers away and run the audit again");
    }
  }

  /** Bytes that change between two looks of a counter: it stumbles, and the file is the reason. */
  @Test
  void aCounterThatStumblesOverAChangeUnderAMappingBlamesTheFile() throws IOException {
    FileEntry file = localFile(2_000_000);
    SplitCounters stumbling =
        dtype ->
            new SpanCounter() {
              @Override
              public void add(Span span, int length) {
                throw new IllegalStateException("Found no code 7");
              }

              @Override
              public TensorState finish(LongUnaryOperator inTensor, long bytesAfter) {
                throw new AssertionError();
              }

              @Override
              public TensorState finishApart(LongUnaryOperator inTensor, Integer orderDigest) {
                throw new AssertionError();
              }

              @Override
              public void reset() {}

              @Override
              public void close() {}
            };
    List<Split> splits = List.of(split(file, 0, 10, 2000));
    ReadPlan mapped = new ReadPlan(ReadChoice.MAP, BLOCK, 1);
    try (TaskMemory memory = TaskMemory.open("test");
        SplitReader reader = new SplitReader(LOCAL, memory, mapped, stumbling)) {
      reader.begin(splits);
      assertThatThrownBy(() -> reader.read(splits.get(0)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Found no code 7");
      reader.begin(splits);
      Files.setLastModifiedTime(
          folder.resolve("f"), java.nio.file.attribute.FileTime.fromMillis(1));
      assertThatThrownBy(() -> reader.read(splits.get(0))).isInstanceOf(FileChangedException.class);
    }
  }

  /** With a mapping that is there already, too: no page of it may take the JVM along. */
  @ParameterizedTest
  @EnumSource(value = ReadChoice.class, names = "AUTO", mode = Mode.EXCLUDE)
  void aFileCutShortWhileItIsReadIsNoticed(ReadChoice way) throws IOException {
    FileEntry file = localFile(21_000_001);
    List<Split> splits = List.of(split(file, 0, 10, 2000), split(file, 1, 2010, 20_000_000));
    try (TaskMemory memory = TaskMemory.open("test");
        SplitReader reader = reader(LOCAL, memory, new ReadPlan(way, BLOCK, 1))) {
      reader.begin(splits);
      assertThat(reader.read(splits.get(0)).state().elements()).isEqualTo(1000);
      try (FileChannel channel = FileChannel.open(folder.resolve("f"), StandardOpenOption.WRITE)) {
        channel.truncate(8192);
      }
      assertThatThrownBy(() -> reader.read(splits.get(1))).isInstanceOf(FileChangedException.class);
    }
  }

  private static SplitReader reader(BlockReader.Opener files, TaskMemory memory, ReadPlan plan) {
    return new SplitReader(
        files, memory, plan, dtype -> new SplitCounter(dtype, new KernelConversions(), Set.of()));
  }
}
