package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.container.pickle.Pickle;
import io.ckptaudit.job.container.pickle.PickleDict;
import io.ckptaudit.job.container.pickle.PickleList;
import java.io.IOException;
import java.math.BigInteger;

/** Reads a stream from before PyTorch 1.6: five pickles, then storage after storage. */
final class LegacyShard {
  private static final BigInteger MAGIC = new BigInteger(TorchFormat.LEGACY_MAGIC);

  private final TorchFile file;
  private final TorchReport report;
  private long at;

  LegacyShard(TorchFile file) {
    this.file = file;
    this.report = file.report();
  }

  ShardHeader header() throws IOException {
    return file.header(isLegacy() ? tensors() : TorchFile.Tensors.UNKNOWN);
  }

  /** Reads the next pickle; its root is null, with a problem, if it cannot be read. */
  private Pickle nextPickle() throws IOException {
    Pickle pickle = Pickle.read(file.bytes(), at, file.bytes().length(), TorchGlobals.DIALECT);
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

  private TorchFile.Tensors tensors() throws IOException {
    boolean bigEndian = isBigEndian(next());
    long base = at;
    Pickle object = nextPickle();
    long keysAt = at;
    Object keys = object.isWhole() ? next() : null;
    if (keys == null) {
      return TorchFile.Tensors.UNKNOWN;
    }
    if (!(keys instanceof PickleList list)
        || !list.items().stream().allMatch(String.class::isInstance)) {
      header(keysAt, "its fifth pickle is not a list of keys");
      return TorchFile.Tensors.UNKNOWN;
    }
    LegacyStorages source = new LegacyStorages(file, base);
    source.locate(
        list.items().stream().map(String.class::cast).toList(), StorageRef.all(object), at);
    return file.place(object, base, source, bigEndian);
  }

  private boolean isBigEndian(Object sysInfo) {
    boolean big =
        sysInfo instanceof PickleDict dict && Boolean.FALSE.equals(dict.get("little_endian"));
    if (big) {
      file.noteBigEndian(0);
    }
    return big;
  }
}
