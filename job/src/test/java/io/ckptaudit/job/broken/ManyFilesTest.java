package io.ckptaudit.job.broken;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointFinder;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.safetensors.SafetensorsReader;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.io.TimeBudget;
import io.ckptaudit.job.pipeline.Checkpoints;
import io.ckptaudit.job.pipeline.DryRun;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.testing.InMemoryFile;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Row H4: many files, one vast file, and names as stores allow them, all planned from headers. */
class ManyFilesTest {

  private static final PlanSettings PLAN = new PlanSettings(PlanSettings.DEFAULT_SPLIT, 2);
  private static final String FOLDER = "memory://store/many";
  private static final long VAST = 500L << 30;

  @TempDir Path folder;

  private final AtomicInteger opened = new AtomicInteger();

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void twentyThousandFiles() throws IOException {
    planned(20_000);
  }

  @Test
  @Tag("full")
  @Timeout(value = 600, unit = TimeUnit.SECONDS)
  void halfAMillionFiles() throws IOException {
    planned(500_000);
  }

  /** With an index that names each of them. */
  private void planned(int files) throws IOException {
    Checkpoint checkpoint =
        new CheckpointSource(
                store(files),
                new SafetensorsReader(),
                FOLDER,
                FOLDER,
                null,
                TimeBudget.ofSeconds(CheckpointFinder.DEFAULT_SECONDS))
            .open();
    assertThat(checkpoint.problems()).isEmpty();
    assertThat(checkpoint.shards()).hasSize(files);
    assertThat(opened).as("each file once, and the index").hasValue(files + 1);
    DryRun plan = DryRun.of(List.of(checkpoint), PLAN, Policy.DEFAULT);
    assertThat(plan.tensors()).isEqualTo(files);
    assertThat(plan.splits()).isEqualTo(files);
    assertThat(plan.bytes()).isEqualTo(4L * files);
  }

  private Storage store(int files) {
    List<FileEntry> entries = new ArrayList<>();
    StringBuilder index = new StringBuilder("{\"weight_map\":{");
    for (int i = 0; i < files; i++) {
      String name = "f" + i + ".safetensors";
      entries.add(entry(name, content(name).length));
      index.append(i == 0 ? "" : ",").append("\"t-%s\":\"%s\"".formatted(name, name));
    }
    byte[] json = index.append("}}").toString().getBytes(StandardCharsets.UTF_8);
    entries.add(entry(IndexCases.INDEX, json.length));
    entries.sort(FileEntry.BY_NAME);
    return (Storage)
        Proxy.newProxyInstance(
            ManyFilesTest.class.getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "list" -> entries;
                  case "realUri" -> arguments[0];
                  case "open" -> {
                    opened.incrementAndGet();
                    String name = ((FileEntry) arguments[0]).name();
                    boolean isIndex = name.equals(IndexCases.INDEX);
                    yield new InMemoryFile(isIndex ? json : content(name));
                  }
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  private static FileEntry entry(String name, long length) {
    return new FileEntry(FOLDER + "/" + name, name, length, false, true, "token");
  }

  private static byte[] content(String name) {
    return SafetensorsBytes.file()
        .tensor("t-" + name, "F32", new long[] {1}, HeaderCases.FOUR)
        .bytes();
  }

  @Test
  void aFileOfHalfATerabyte() throws IOException {
    SafetensorsBytes.file()
        .entry("vast", "BF16", new long[] {VAST / 2}, 0, VAST)
        .write(folder.resolve("vast.safetensors"));
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("vast.safetensors").toFile(), "rw")) {
      file.setLength(file.length() + VAST);
    }
    DryRun plan = DryRun.of(open(), PLAN, Policy.DEFAULT);
    assertThat(plan.findings()).isEmpty();
    assertThat(plan.bytes()).isEqualTo(VAST);
    assertThat(plan.splits()).as("those of the last tasks are smaller").isBetween(2000L, 2100L);
  }

  private List<Checkpoint> open() throws IOException {
    return Checkpoints.open(List.of(folder + "/"), Storages.local());
  }

  @Test
  void namesAreExact() throws IOException {
    List<String> names =
        List.of(
            " .safetensors",
            "#?&=.safetensors",
            "%2e%2e%2f.safetensors",
            "+ +.safetensors",
            "[a]*.safetensors",
            "a b.safetensors",
            "gewichte-äöü-重み.safetensors");
    for (String name : names) {
      Files.write(folder.resolve(name), content(name));
    }
    Checkpoint checkpoint = open().get(0);
    assertThat(checkpoint.problems()).isEmpty();
    assertThat(checkpoint.shards())
        .extracting(Shard::name)
        .containsExactlyInAnyOrderElementsOf(names);
    assertThat(checkpoint.tensors())
        .extracting(tensor -> tensor.name())
        .containsExactlyInAnyOrderElementsOf(names.stream().map(name -> "t-" + name).toList());
  }
}
