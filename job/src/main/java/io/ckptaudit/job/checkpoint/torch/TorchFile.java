package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.container.pickle.Pickle;
import io.ckptaudit.job.io.RangeReader;
import java.util.List;
import java.util.Set;

/**
 * A file that is being read, an archive or a stream, and where goes what is wrong with it.
 *
 * @param report of the problems, in the words that all of torch's have
 */
record TorchFile(RangeReader bytes, String name, Problems problems, TorchReport report) {

  TorchFile(RangeReader bytes, String name, Problems problems) {
    this(bytes, name, problems, new TorchReport(name, problems));
  }

  /**
   * What a file has.
   *
   * @param names of all tensors in it, listed or not; null if they are not known
   */
  record Tensors(List<TensorEntry> listed, Set<String> names) {
    static final Tensors UNKNOWN = new Tensors(List.of(), null);
  }

  /** Damaged if there are errors; where there are errors and no tensor, nothing is known of it. */
  ShardHeader header(Tensors tensors) {
    boolean known = tensors.names() != null && !(tensors.names().isEmpty() && problems.hasErrors());
    return ShardHeader.of(tensors.listed(), known ? tensors.names() : null, problems);
  }

  /**
   * The tensors of a pickle, each over its storage.
   *
   * @param base where the pickle begins in the file
   */
  Tensors place(Pickle pickle, long base, StorageSource source, boolean bigEndian) {
    StorageTable storages = new StorageTable(source, report, base);
    TensorPlacer placer = new TensorPlacer(this, base, storages, bigEndian);
    ViewParser views = new ViewParser(name, report, base);
    ObjectTensors found = ObjectTensors.find(pickle.root(), report, base);
    for (NamedCall call : found.calls()) {
      views.view(call).ifPresent(placer::place);
    }
    storages.reportWaste(name);
    return new Tensors(placer.tensors(), found.names());
  }

  /**
   * Notes that numbers are swapped.
   *
   * @param at where the file says so
   */
  void noteBigEndian(long at) {
    report.add(
        Problem.info(FormatRule.PT_BYTEORDER, "Cannot read the weights as they are")
            .in(name)
            .at(at)
            .because("their byte order is big-endian; they are audited swapped")
            .reference("swaps them")
            .todo("save them again on a little-endian machine, if files should be the same"));
  }
}
