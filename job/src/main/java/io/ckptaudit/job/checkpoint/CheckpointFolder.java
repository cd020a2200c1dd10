package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.Storage;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The directory of a checkpoint: what is in it, and what merely claims to be. Names from an index
 * are looked up in listings and never made into paths, so none can lead out; links are followed to
 * see whether they do.
 */
public final class CheckpointFolder {
  private static final Pattern SCHEME =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*", Pattern.DOTALL);

  /** {@code <cache>/models--org--name/snapshots/<commit>[/sub]}, files being links to blobs. */
  private static final Pattern HUGGINGFACE_CACHE =
      Pattern.compile("(.*)/((?:models|datasets|spaces)--[^/]+)/snapshots/([^/]+)(?:/.*)?");

  private static final Pattern SNAPSHOT = Pattern.compile(".*/snapshots/([0-9a-f]{40})(?:/.*)?");

  private final Storage storage;
  private final String uri;
  private final List<FileEntry> entries;
  private final Map<String, FileEntry> byName = new HashMap<>();
  private String realUri;

  /**
   * A folder in the cache of the HuggingFace hub.
   *
   * @param repository the URI of its repository in the cache, where blobs are
   * @param prefix of the folder in the commit: empty, or a path with a slash behind
   */
  public record Snapshot(String repository, String commit, String prefix) {}

  /**
   * @throws IOException if it cannot be listed
   */
  public CheckpointFolder(Storage storage, String uri) throws IOException {
    this.storage = storage;
    this.uri = uri;
    this.entries = storage.list(uri);
    entries.forEach(entry -> byName.put(entry.name(), entry));
  }

  public String uri() {
    return uri;
  }

  public List<FileEntry> entries() {
    return entries;
  }

  Optional<FileEntry> entry(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  private static Optional<FileEntry> named(List<FileEntry> entries, String name) {
    return entries.stream().filter(e -> e.name().equals(name)).findFirst();
  }

  /** Why a name from an index must not be followed; empty if it is a plain relative name. */
  static Optional<String> escape(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (name.isEmpty()) {
      return Optional.of("it is empty");
    }
    if (name.startsWith("/") || SCHEME.matcher(name).matches()) {
      return Optional.of("it is absolute");
    }
    if (name.indexOf('\\') >= 0 || name.indexOf('\0') >= 0) {
      return Optional.of("it has a backslash or NUL");
    }
    if (lower.contains("%2f") || lower.contains("%5c") || lower.contains("%2e")) {
      return Optional.of("it has an encoded slash or dot");
    }
    for (String part : name.split("/", -1)) {
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        return Optional.of("it has an empty, '.' or '..' part");
      }
    }
    return Optional.empty();
  }

  /** The file of a relative name that {@link #escape} allows; empty if there is none. */
  Optional<FileEntry> find(String name) throws IOException {
    if (name.indexOf('/') < 0) {
      return entry(name);
    }
    List<FileEntry> level = entries;
    String rest = name;
    for (int slash = rest.indexOf('/'); slash >= 0; slash = rest.indexOf('/')) {
      Optional<FileEntry> directory = named(level, rest.substring(0, slash));
      if (directory.isEmpty() || !directory.get().directory() || !holds(directory.get())) {
        return Optional.empty();
      }
      level = storage.list(directory.get().uri());
      rest = rest.substring(slash + 1);
    }
    return named(level, rest);
  }

  /**
   * Whether an entry, links followed, lies in this folder or among the blobs of the HuggingFace
   * cache the folder is a snapshot in.
   *
   * @throws java.nio.file.FileSystemException for a link that leads nowhere
   */
  public boolean holds(FileEntry entry) throws IOException {
    String target = storage.realUri(entry.uri());
    String prefix = realUri().endsWith("/") ? realUri() : realUri() + "/";
    if (target.startsWith(prefix)) {
      return true;
    }
    Matcher cache = HUGGINGFACE_CACHE.matcher(realUri());
    return cache.matches()
        && (target.startsWith(cache.group(1) + "/" + cache.group(2) + "/blobs/")
            || target.startsWith(cache.group(1) + "/blobs/"));
  }

  private String realUri() throws IOException {
    if (realUri == null) {
      realUri = storage.realUri(uri);
    }
    return realUri;
  }

  /** Which part of a snapshot in the cache of the HuggingFace hub this is; empty if of none. */
  public Optional<Snapshot> snapshot() throws IOException {
    Matcher cache = HUGGINGFACE_CACHE.matcher(realUri());
    if (!cache.matches()) {
      return Optional.empty();
    }
    String rest = realUri().substring(cache.end(3));
    String prefix = rest.isEmpty() ? "" : rest.substring(1) + "/";
    return Optional.of(new Snapshot(cache.group(1) + "/" + cache.group(2), cache.group(3), prefix));
  }

  /** The commit a HuggingFace cache names in the path; null if it is no such path. */
  String revision() {
    Matcher cache = HUGGINGFACE_CACHE.matcher(uri);
    if (cache.matches()) {
      return cache.group(3);
    }
    Matcher snapshot = SNAPSHOT.matcher(uri);
    return snapshot.matches() ? snapshot.group(1) : null;
  }
}
