package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Opens a checkpoint of one or more shards in a folder, with or without an index over them, in any
 * format whose shards stand for themselves: each tensor whole in one shard, under its own name.
 */
public final class ShardedFolder {
  private final CheckpointSource source;
  private final ShardReader shardReader;
  private final CheckpointFolder folder;
  private final Problems problems = new Problems(null);
  private String indexName;
  private ShardIndex index;

  private ShardedFolder(CheckpointSource source, ShardReader shardReader) throws IOException {
    this.source = source;
    this.shardReader = shardReader;
    this.folder = new CheckpointFolder(source.storage(), source.folder());
  }

  /**
   * @throws IOException if the folder cannot be listed; whatever is wrong inside is a problem
   */
  public static Checkpoint open(CheckpointSource source, ShardReader shardReader)
      throws IOException {
    return new ShardedFolder(source, shardReader).open();
  }

  /** The index that speaks for a folder; empty if none does. */
  static Optional<FileEntry> preferredIndex(List<FileEntry> entries, CheckpointReader reader) {
    List<FileEntry> indexes =
        entries.stream().filter(e -> e.regular() && reader.isIndex(e.name())).toList();
    return indexes.stream()
        .filter(e -> e.name().startsWith("model."))
        .findFirst()
        .or(() -> indexes.stream().findFirst());
  }

  private Checkpoint open() throws IOException {
    List<Shard> found = new ArrayList<>(locate().shards());
    List<ShardHeader> headers = ShardHeaders.read(source, found, shardReader);
    List<Shard> shards = new ArrayList<>();
    List<Problem> all = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      Shard shard = found.get(i);
      ShardHeader header = headers.get(i);
      String error = header.error() == null ? shard.error() : header.error();
      shards.add(new Shard(shard.name(), shard.file(), header.status(), error));
      all.addAll(header.problems());
    }
    List<TensorEntry> tensors = new ShardMerge(shards, index, indexName, problems).merge(headers);
    ConfigFile config = config();
    all.addAll(problems.all());
    all.sort(Problem.ORDER);
    return new Checkpoint(
        source.uri(),
        folder.revision(),
        config.dtype() == null ? null : DeclaredDtype.normalised(config.dtype()),
        config.tiedEmbeddings(),
        List.copyOf(shards),
        tensors,
        all,
        Unaudited.of(shards, headers, index, tensors));
  }

  private ShardFiles locate() throws IOException {
    ShardFiles files = new ShardFiles(folder, source.reader(), problems);
    boolean single = source.file() != null && !source.reader().isIndex(source.file());
    if (single) {
      files.addNamed(source.file());
      return files;
    }
    Optional<FileEntry> indexFile =
        source.file() == null
            ? preferredIndex(folder.entries(), source.reader())
            : folder.entry(source.file());
    if (indexFile.isPresent()) {
      readIndex(indexFile.get());
    }
    if (index != null) {
      files.addIndexed(index, indexName);
    }
    files.addOthers(index != null);
    files.reportUnfinished();
    ShardSequence.verify(files.names(), problems);
    return files;
  }

  private void readIndex(FileEntry file) throws IOException {
    indexName = file.name();
    index = readBeside(file, reader -> ShardIndex.read(reader, indexName, problems)).orElse(null);
  }

  private ConfigFile config() throws IOException {
    ConfigFile nothing = new ConfigFile(null, null);
    Optional<FileEntry> config = folder.entry(ConfigFile.NAME).filter(FileEntry::regular);
    if (config.isEmpty()) {
      return nothing;
    }
    return readBeside(
            config.get(),
            reader -> Optional.ofNullable(ConfigFile.read(reader, ConfigFile.NAME, problems)))
        .orElse(nothing);
  }

  /** Reads a file beside the shards; empty, with a problem, if it cannot be or must not be. */
  private <T> Optional<T> readBeside(FileEntry file, Reading<T> reading) {
    try {
      if (!folder.holds(file)) {
        problems.add(
            Problem.error(FormatRule.IX_PATH_ESCAPE, "Refused to open the file")
                .in(file.name())
                .because("it is a link that leads out of the checkpoint")
                .reference("opens it")
                .todo("put the file itself there"));
        return Optional.empty();
      }
      try (RangeReader reader = source.open(file, ReadPolicy.SEQUENTIAL)) {
        return reading.read(reader);
      }
    } catch (IOException e) {
      problems.add(ShardHeaders.unreadable(file.name(), e));
      return Optional.empty();
    }
  }

  @FunctionalInterface
  private interface Reading<T> {
    Optional<T> read(RangeReader reader) throws IOException;
  }
}
