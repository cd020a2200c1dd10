package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.CodePointOrder;
import io.ckptaudit.job.io.FileEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Opens a checkpoint of one or more shards in a folder. In most formats shards stand for
 * themselves, each tensor whole in one shard, with or without an index over them; in others they
 * are a {@link ShardSet}. A shard that is named itself is a checkpoint of its own in any format.
 */
public final class ShardedFolder {
  private final CheckpointSource source;
  private final ShardReader shardReader;
  private final ShardSet set;
  private final CheckpointFolder folder;
  private final Problems problems = new Problems(null);
  private final FilesBeside beside;
  private String indexName;
  private ShardIndex index;

  private ShardedFolder(CheckpointSource source, ShardReader shardReader, ShardSet set)
      throws IOException {
    this.source = source;
    this.shardReader = shardReader;
    this.folder = new CheckpointFolder(source.storage(), source.folder());
    this.beside = new FilesBeside(source, folder, problems);
    boolean single = source.file() != null && !source.reader().isIndex(source.file());
    this.set = single ? null : set;
  }

  /**
   * @throws IOException if the folder cannot be listed; whatever is wrong inside is a problem
   */
  public static Checkpoint open(CheckpointSource source, ShardReader shardReader)
      throws IOException {
    return new ShardedFolder(source, shardReader, null).open();
  }

  /** The same of shards that need each other. */
  public static Checkpoint open(CheckpointSource source, ShardReader shardReader, ShardSet set)
      throws IOException {
    return new ShardedFolder(source, shardReader, set).open();
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
    List<ShardHeader> headers =
        CountableShards.of(found, ShardHeaders.read(source, found, shardReader));
    List<Shard> shards = new ArrayList<>();
    List<Problem> all = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      Shard shard = found.get(i);
      ShardHeader header = headers.get(i);
      String error = header.error() == null ? shard.error() : header.error();
      shards.add(new Shard(shard.name(), shard.file(), header.status(), error, header.stored()));
      all.addAll(header.problems());
    }
    List<TensorEntry> tensors = tensors(shards, headers);
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

  private List<TensorEntry> tensors(List<Shard> shards, List<ShardHeader> headers) {
    if (set == null) {
      return new ShardMerge(shards, index, indexName, problems).merge(headers);
    }
    List<TensorEntry> tensors = new ArrayList<>(set.tensors(shards, headers, beside, problems));
    tensors.sort((a, b) -> CodePointOrder.INSTANCE.compare(a.name(), b.name()));
    return tensors;
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
    files.reportBeside();
    if (set == null) {
      ShardSequence.verify(files.names(), problems);
    } else {
      set.absent(files.names(), beside, problems).forEach(files::addAbsent);
    }
    return files;
  }

  private void readIndex(FileEntry file) {
    indexName = file.name();
    index = beside.read(file, ShardIndex::read).orElse(null);
  }

  private ConfigFile config() {
    return beside
        .read(
            ConfigFile.NAME,
            (file, name, all) -> Optional.ofNullable(ConfigFile.read(file, name, all)))
        .orElse(new ConfigFile(null, null));
  }
}
