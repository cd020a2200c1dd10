package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.io.TimeBudget;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Finds the checkpoints that URIs name. A folder is one checkpoint for each format it has files of;
 * an index is the checkpoint of its folder; a shard is a checkpoint of its own; a pattern stands
 * for all it matches. Two URIs of the same checkpoint find it once.
 */
public final class CheckpointFinder {
  /** A header of 100 MB at 0.33 MB/s. */
  public static final long DEFAULT_SECONDS = 300;

  private static final Pattern WILDCARD = Pattern.compile("[*?\\[{]");

  private final Storages storages;
  private final List<CheckpointReader> readers;
  private final TimeBudget budget;

  /**
   * @param readers the formats to look for; a file that several claim is the first one's
   */
  public CheckpointFinder(Storages storages, List<CheckpointReader> readers) {
    this(storages, readers, TimeBudget.ofSeconds(DEFAULT_SECONDS));
  }

  /**
   * @param budget for the header or index of each file
   */
  public CheckpointFinder(Storages storages, List<CheckpointReader> readers, TimeBudget budget) {
    this.storages = storages;
    this.readers = List.copyOf(readers);
    this.budget = budget;
  }

  /**
   * In the order of the URIs.
   *
   * @throws NothingToAuditException if one of the URIs names no checkpoint
   */
  public Collection<CheckpointSource> find(List<String> uris) throws IOException {
    if (uris.isEmpty()) {
      throw new NothingToAuditException(
          "Cannot audit nothing: no URI was given; give a folder, a shard, an index or a pattern");
    }
    Map<String, CheckpointSource> found = new LinkedHashMap<>();
    for (String uri : uris) {
      Storage storage = storages.forUri(uri);
      for (CheckpointSource source : find(storage, uri)) {
        found.putIfAbsent(identity(source), source);
      }
    }
    return List.copyOf(found.values());
  }

  private static String identity(CheckpointSource source) throws IOException {
    return source.reader().getClass().getName()
        + " "
        + source.storage().realUri(source.folder())
        + " "
        + source.file();
  }

  private List<CheckpointSource> find(Storage storage, String uri) throws IOException {
    Optional<FileEntry> named = statIfThere(storage, uri);
    List<CheckpointSource> sources = new ArrayList<>();
    if (named.isPresent()) {
      sources.addAll(sources(storage, named.get()));
    } else {
      for (FileEntry entry : storage.glob(uri)) {
        sources.addAll(sourcesOfMatch(storage, entry));
      }
    }
    if (sources.isEmpty()) {
      throw new NothingToAuditException(
          "Cannot audit '%s': there is no checkpoint in it or under that name; give a folder with weights, a shard or an index"
              .formatted(uri));
    }
    return sources;
  }

  /** A name with wildcard characters in it that is there is that name; else it is a pattern. */
  private static Optional<FileEntry> statIfThere(Storage storage, String uri) throws IOException {
    try {
      return Optional.of(storage.stat(uri));
    } catch (FileNotFoundException e) {
      if (WILDCARD.matcher(uri).find()) {
        return Optional.empty();
      }
      throw new NothingToAuditException(e.getMessage(), e);
    }
  }

  /** One match of many that cannot be looked into does not keep the others from being audited. */
  private List<CheckpointSource> sourcesOfMatch(Storage storage, FileEntry entry)
      throws IOException {
    try {
      return sources(storage, entry);
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      if (!entry.directory()) {
        throw e;
      }
      return List.of(UnlistedFolder.source(storage, entry, budget, e));
    }
  }

  private List<CheckpointSource> sources(Storage storage, FileEntry entry) throws IOException {
    return entry.directory() ? ofFolder(storage, entry) : ofFile(storage, entry);
  }

  private List<CheckpointSource> ofFolder(Storage storage, FileEntry folder) throws IOException {
    List<FileEntry> entries = storage.list(folder.uri());
    List<CheckpointSource> found = new ArrayList<>();
    for (CheckpointReader reader : readers) {
      List<FileEntry> claimed =
          entries.stream().filter(reader::claims).filter(e -> !reader.isBeside(e.name())).toList();
      if (!claimed.isEmpty()) {
        String uri = found.isEmpty() ? folder.uri() : uriBeside(reader, folder, claimed);
        found.add(new CheckpointSource(storage, reader, uri, folder.uri(), null, budget));
      }
    }
    return found;
  }

  /** What the report calls a checkpoint in the folder of another: its index or its only file. */
  private static String uriBeside(
      CheckpointReader reader, FileEntry folder, List<FileEntry> claimed) {
    return ShardedFolder.preferredIndex(claimed, reader)
        .or(() -> claimed.size() == 1 ? Optional.of(claimed.get(0)) : Optional.empty())
        .map(FileEntry::uri)
        .orElse(folder.uri() + "#" + reader.format());
  }

  private List<CheckpointSource> ofFile(Storage storage, FileEntry file) throws IOException {
    for (CheckpointReader reader : readers) {
      if (reader.claims(file)) {
        String folder = storage.parent(file.uri());
        boolean speaksForFolder =
            reader.isIndex(file.name())
                && ShardedFolder.preferredIndex(storage.list(folder), reader)
                    .filter(index -> index.name().equals(file.name()))
                    .isPresent();
        return List.of(
            speaksForFolder
                ? new CheckpointSource(storage, reader, folder, folder, null, budget)
                : new CheckpointSource(storage, reader, file.uri(), folder, file.name(), budget));
      }
    }
    return List.of();
  }
}
