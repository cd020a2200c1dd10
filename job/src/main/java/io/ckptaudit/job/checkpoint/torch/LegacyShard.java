package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.container.pickle.Pickle;
import io.ckptaudit.job.container.pickle.PickleDict;
import io.ckptaudit.job.container.pickle.PickleList;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;

/** Reads a stream from before PyTorch 1.6: five pickles, then storage after storage. */
final class LegacyShard {
  private static final BigInteger MAGIC = new BigInteger(TorchFormat.LEGACY_MAGIC);

  private final RangeReader file;
  private final String name;
  private final Problems problems;
  private final TorchReport report;
  private long at;

  LegacyShard(RangeReader file, String name, Problems problems) {
    this.file = file;
    this.name = name;
    this.problems = problems;
    this.report = new TorchReport(name, problems);
  }

  ShardHeader header() throws IOException {
    List<TensorEntry> tensors = isLegacy() ? tensors() : List.of();
    return ShardHeader.of(tensors, problems);
  }

  /** Reads the next pickle; its root is null, with a problem, if it cannot be read. */
  private Pickle nextPickle() throws IOException {
    Pickle pickle = Pickle.read(file, at, file.length(), TorchGlobals.DIALECT);
    report.pickle(pickle, at);
    at = pickle.end();
    return pickle;
  }

  private Object next() throws IOException {
    return nextPickle().root();
  }

  private boolean isLegacy() throws IOException {
    Object magic = next();
    if (magic != null && !magic.equals(MAGIC)) {
      header(0, "its first pickle is not the magic number of torch");
    }
    if (magic == null || !magic.equals(MAGIC)) {
      return false;
    }
    long protocolAt = at;
    Object protocol = next();
    if (protocol != null && !protocol.equals(TorchFormat.LEGACY_PROTOCOL)) {
      header(protocolAt, "its protocol is not " + TorchFormat.LEGACY_PROTOCOL);
    }
    return protocol != null && protocol.equals(TorchFormat.LEGACY_PROTOCOL);
  }

  private void header(long offset, String why) {
    report.add(
        report
            .error(FormatRule.LEG_HEADER, "Cannot read the file as a stream of torch")
            .at(offset)
            .because("%s", why)
            .reference("refuses it")
            .todo(TorchReport.DOWNLOAD));
  }

  private List<TensorEntry> tensors() throws IOException {
    boolean bigEndian = isBigEndian(next());
    long base = at;
    Pickle object = nextPickle();
    long keysAt = at;
    Object keys = object.isWhole() ? next() : null;
    if (keys == null) {
      return List.of();
    }
    if (!(keys instanceof PickleList list)
        || !list.items().stream().allMatch(String.class::isInstance)) {
      header(keysAt, "its fifth pickle is not a list of keys");
      return List.of();
    }
    LegacyStorages source = new LegacyStorages(file, name, report, base);
    source.locate(
        list.items().stream().map(String.class::cast).toList(), StorageRef.all(object), at);
    StorageTable storages = new StorageTable(source, report, base);
    TensorPlacer placer = new TensorPlacer(name, report, base, storages, bigEndian);
    ViewParser views = new ViewParser(name, report, base);
    for (NamedCall call : ObjectTensors.find(object.root(), report, base)) {
      views.view(call).ifPresent(placer::place);
    }
    storages.reportWaste(name);
    return placer.tensors();
  }

  private boolean isBigEndian(Object sysInfo) {
    boolean big =
        sysInfo instanceof PickleDict dict && Boolean.FALSE.equals(dict.get("little_endian"));
    if (big) {
      report.add(
          Problem.info(FormatRule.PT_BYTEORDER, "Cannot read the weights as they are")
              .in(name)
              .at(0)
              .because("their byte order is big-endian; they are audited swapped")
              .reference("swaps them")
              .todo("save them again on a little-endian machine, if files should be the same"));
    }
    return big;
  }
}
