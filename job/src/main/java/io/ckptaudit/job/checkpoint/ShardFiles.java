package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.CodePointOrder;
import io.ckptaudit.job.io.FileEntry;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Decides which files of a folder are shards of the checkpoint and which of them may be opened. */
final class ShardFiles {
  private static final List<String> UNFINISHED =
      List.of(".incomplete", ".part", ".crdownload", ".aria2", ".tmp");
  private static final String DOWNLOAD = "download it from its source";

  private final CheckpointFolder folder;
  private final CheckpointReader reader;
  private final Problems problems;
  private final TreeMap<String, Shard> shards = new TreeMap<>(CodePointOrder.INSTANCE);

  /** Where an index names a file first. */
  private record Mention(String index, long byteOffset) {}

  ShardFiles(CheckpointFolder folder, CheckpointReader reader, Problems problems) {
    this.folder = folder;
    this.reader = reader;
    this.problems = problems;
  }

  /** Sorted by name; those that may be opened have the status OK, for now. */
  Collection<Shard> shards() {
    return shards.values();
  }

  /** The one file that was asked for by name: a link there is what the caller meant. */
  void addNamed(String name) {
    folder.entry(name).ifPresent(file -> add(name, file, !file.regular(), true));
  }

  /** What the index names. */
  void addIndexed(ShardIndex index, String indexName) throws IOException {
    TreeSet<String> names = new TreeSet<>(CodePointOrder.INSTANCE);
    names.addAll(index.files().values());
    for (String name : names) {
      Mention mention = new Mention(indexName, index.places().get(name));
      Optional<String> escape = CheckpointFolder.escape(name);
      if (escape.isPresent()) {
        refuse(name, mention, escape.get());
        continue;
      }
      Optional<FileEntry> file = folder.find(name);
      if (file.isPresent()) {
        addIfInside(name, file.get(), mention);
      } else {
        fail(name, null, ShardStatus.MISSING, missing(name, mention));
      }
    }
  }

  private static Problem missing(String name, Mention mention) {
    return Problem.error(FormatRule.IX_MISSING_SHARD, "Cannot audit the shard " + Quoted.of(name))
        .in(mention.index())
        .at(mention.byteOffset())
        .because("the index names it and the folder does not have it")
        .reference("fails")
        .todo(DOWNLOAD);
  }

  /** Every file of the folder that has the name of a shard and is not there yet. */
  void addOthers(boolean orphans) throws IOException {
    for (FileEntry file : folder.entries()) {
      boolean part = reader.isShard(file.name()) && !reader.isBeside(file.name());
      if (part && !shards.containsKey(file.name())) {
        addIfInside(file.name(), file, null);
        if (orphans) {
          problems.add(
              Problem.error(FormatRule.IX_ORPHAN, "Cannot tell what the shard belongs to")
                  .in(file.name())
                  .because("the index does not name it")
                  .reference("ignores it")
                  .todo("remove it, or download the index that names it"));
        }
      }
    }
  }

  /** Downloads that were cut off leave their part under another name. */
  void reportUnfinished() {
    for (FileEntry file : folder.entries()) {
      for (String suffix : UNFINISHED) {
        String name = file.name();
        if (name.endsWith(suffix)
            && reader.isShard(name.substring(0, name.length() - suffix.length()))) {
          problems.add(
              Problem.error(FormatRule.NOT_DOWNLOADED, "Cannot audit the shard")
                  .in(name)
                  .because("its download did not finish, at %d bytes", file.length())
                  .reference("ignores it")
                  .todo(DOWNLOAD));
        }
      }
    }
  }

  /** Weights that are sound say nothing of a pickle beside them. */
  void reportBeside() {
    for (FileEntry file : folder.entries()) {
      boolean beside = !file.directory() && TrainingFile.isOne(file.name());
      if (beside && !shards.containsKey(file.name())) {
        problems.add(
            Problem.info(FormatRule.IX_BESIDE, "Cannot vouch for the file beside the weights")
                .in(file.name())
                .because("it is what training leaves, and is not read")
                .reference("does not open it")
                .todo("audit it by its own name before you load it"));
      }
    }
  }

  /** One that must be there and is not. */
  void addAbsent(String name, Problem problem) {
    fail(name, null, ShardStatus.MISSING, problem);
  }

  private void addIfInside(String name, FileEntry file, Mention mention) throws IOException {
    boolean inside;
    try {
      inside = folder.holds(file);
    } catch (FileSystemException e) {
      Problem broken =
          badLink(name, "nowhere or in a circle").todo("restore what it should lead to");
      fail(name, file, ShardStatus.UNREADABLE, broken);
      return;
    }
    if (inside) {
      add(name, file, !file.regular(), false);
    } else if (mention != null) {
      refuse(name, mention, "it is a link that leads out of the checkpoint");
    } else {
      Problem outside =
          badLink(name, "out of the checkpoint")
              .todo("put the file itself there, or name the file it leads to");
      fail(name, file, ShardStatus.REFUSED, outside);
    }
  }

  private static Problem.Sentence badLink(String name, String leads) {
    return Problem.error(FormatRule.IO_SYMLINK, "Cannot open the shard")
        .in(name)
        .because("it is a link that leads %s", leads);
  }

  private void add(String name, FileEntry file, boolean irregular, boolean named) {
    if (!irregular) {
      shards.put(name, new Shard(name, file, ShardStatus.OK, null));
      return;
    }
    String kind = file.directory() ? "a folder" : "a FIFO, a device or a broken link";
    fail(
        name,
        file,
        ShardStatus.UNREADABLE,
        Problem.error(FormatRule.IO_NOT_REGULAR, "Cannot open the shard")
            .in(name)
            .because("it is %s, not a file", kind)
            .todo(named ? "name a file" : "remove it, or put the file there"));
  }

  private void refuse(String name, Mention mention, String why) {
    fail(
        name,
        null,
        ShardStatus.REFUSED,
        Problem.error(FormatRule.IX_PATH_ESCAPE, "Refused to open the shard " + Quoted.of(name))
            .in(mention.index())
            .at(mention.byteOffset())
            .because("%s", why)
            .reference("opens it")
            .todo("do not use this checkpoint; get the index from its source"));
  }

  private void fail(String name, FileEntry file, ShardStatus status, Problem problem) {
    problems.add(problem);
    shards.put(name, new Shard(name, file, status, problem.message()));
  }

  /** All names, for checks on the set. */
  List<String> names() {
    return new ArrayList<>(shards.keySet());
  }
}
