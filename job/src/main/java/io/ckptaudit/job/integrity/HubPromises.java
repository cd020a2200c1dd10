package io.ckptaudit.job.integrity;

import io.ckptaudit.job.checkpoint.CheckpointFolder;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import io.ckptaudit.job.io.Storage;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Promises of the HuggingFace hub: the names of blobs and the list of a commit in its cache, and
 * the notes on files that were downloaded to a folder.
 */
final class HubPromises {
  private static final String DOWNLOADS = ".cache/huggingface/download";
  private static final int LONGEST_METADATA = 4096;

  private final Storage storage;
  private final CheckpointFolder folder;
  private final Promises promises;

  HubPromises(Storage storage, CheckpointFolder folder, Promises promises) {
    this.storage = storage;
    this.folder = folder;
    this.promises = promises;
  }

  void read(List<Shard> shards) throws IOException {
    CheckpointFolder.Snapshot snapshot = folder.snapshot().orElse(null);
    if (snapshot != null) {
      for (Shard shard : shards) {
        readBlobName(shard, snapshot.repository() + "/blobs/");
      }
      readTree(snapshot);
    }
    readDownloads(shards);
  }

  /** Where a link leads first: a later hop is to a store with names of its own. */
  private void readBlobName(Shard shard, String blobs) throws IOException {
    String target = storage.linkTarget(shard.file().uri()).orElse("");
    if (target.startsWith(blobs)) {
      String name = target.substring(blobs.length());
      DigestKind.ofEtag(name)
          .ifPresent(
              kind ->
                  promises.add(
                      shard.name(), new Promise(kind, name, null, "the name of its blob")));
    }
  }

  private void readTree(CheckpointFolder.Snapshot snapshot) throws IOException {
    String uri = snapshot.repository() + "/trees/" + snapshot.commit() + ".json";
    if (!storage.exists(uri)) {
      return;
    }
    FileEntry entry = storage.stat(uri);
    String name = "trees/" + entry.name();
    if (!promises.isUsable(entry, name, Promises.LONGEST, snapshot.repository())) {
      return;
    }
    try (RangeReader reader = storage.open(entry, ReadPolicy.SEQUENTIAL)) {
      String prefix = snapshot.prefix();
      HubFiles.tree(reader, name, promises.problems())
          .forEach(
              (path, promise) -> {
                if (path.startsWith(prefix)) {
                  promises.add(path.substring(prefix.length()), promise);
                }
              });
    } catch (IOException e) {
      promises.unreadable(name, e);
    }
  }

  /** Of a download to this folder, or to the one above, of which this is a part. */
  private void readDownloads(List<Shard> shards) throws IOException {
    Map<String, String> places = new LinkedHashMap<>();
    places.put(folder.uri(), "");
    String above = storage.parent(folder.uri());
    if (!above.equals(folder.uri()) && folder.uri().startsWith(above)) {
      String name = folder.uri().substring(above.length()).replaceFirst("^/", "");
      places.put(above, "/" + name);
    }
    for (Map.Entry<String, String> place : places.entrySet()) {
      String downloads = place.getKey().replaceFirst("/$", "") + "/" + DOWNLOADS;
      if (storage.exists(downloads)) {
        readDownloads(shards, place.getKey(), downloads + place.getValue());
      }
    }
  }

  private void readDownloads(List<Shard> shards, String root, String downloads) throws IOException {
    Map<String, Map<String, FileEntry>> listed = new HashMap<>();
    for (Shard shard : shards) {
      String directory =
          downloads + storage.parent(shard.file().uri()).substring(folder.uri().length());
      Map<String, FileEntry> entries = listed.get(directory);
      if (entries == null) {
        entries = byName(directory);
        listed.put(directory, entries);
      }
      String last = shard.name().substring(shard.name().lastIndexOf('/') + 1);
      FileEntry entry = entries.get(last + ".metadata");
      if (entry != null) {
        readMetadata(shard, entry, root);
      }
    }
  }

  private Map<String, FileEntry> byName(String directory) throws IOException {
    Map<String, FileEntry> entries = new HashMap<>();
    if (storage.exists(directory)) {
      storage.list(directory).forEach(entry -> entries.put(entry.name(), entry));
    }
    return entries;
  }

  private void readMetadata(Shard shard, FileEntry entry, String root) throws IOException {
    String name = DOWNLOADS + "/" + shard.name() + ".metadata";
    if (promises.isUsable(entry, name, LONGEST_METADATA, root)) {
      promises
          .read(entry, name)
          .flatMap(content -> HubFiles.metadata(content, name, promises.problems()))
          .ifPresent(promise -> promises.add(shard.name(), promise));
    }
  }
}
