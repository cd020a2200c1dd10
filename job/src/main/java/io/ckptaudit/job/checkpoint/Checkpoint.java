package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.CodePointOrder;
import io.ckptaudit.udfs.number.DType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model checkpoint as its headers describe it. All slices lie inside their files. Those of two
 * tensors may share bytes where the format knows views of one storage; those of one do not, unless
 * it is such a view itself.
 *
 * @param uri of its folder, or of its only file
 * @param revision the commit a HuggingFace cache names; null if unknown
 * @param declaredDtype what config.json says the weights are, without "torch."; null if nothing
 * @param tiedEmbeddings whether config.json says that the head is the embedding; null if it does
 *     not say
 * @param shards sorted by name, in code-point order
 * @param tensors sorted by name, in code-point order; no name twice
 * @param problems in a fixed order: file, byte offset, rule, message
 * @param unaudited what of it is not among the tensors
 */
public record Checkpoint(
    String uri,
    String revision,
    String declaredDtype,
    Boolean tiedEmbeddings,
    List<Shard> shards,
    List<TensorEntry> tensors,
    List<Problem> problems,
    Unaudited unaudited)
    implements Serializable {

  /**
   * A checkpoint of which nothing is missing, and that does not say whether its embeddings are
   * tied.
   */
  public Checkpoint(
      String uri,
      String revision,
      String declaredDtype,
      List<Shard> shards,
      List<TensorEntry> tensors,
      List<Problem> problems) {
    this(uri, revision, declaredDtype, null, shards, tensors, problems, Unaudited.NOTHING);
  }

  /** The same with more problems. */
  public Checkpoint with(List<Problem> more) {
    List<Problem> all = new ArrayList<>(problems);
    all.addAll(more);
    all.sort(Problem.ORDER);
    return new Checkpoint(
        uri, revision, declaredDtype, tiedEmbeddings, shards, tensors, all, unaudited);
  }

  /** The place among its tensors of the one of this name, or −1. */
  public int indexOf(String tensor) {
    int from = 0;
    int to = tensors.size() - 1;
    while (from <= to) {
      int middle = (from + to) >>> 1;
      int order = CodePointOrder.INSTANCE.compare(tensors.get(middle).name(), tensor);
      if (order == 0) {
        return middle;
      }
      from = order < 0 ? middle + 1 : from;
      to = order < 0 ? to : middle - 1;
    }
    return -1;
  }

  /** The declared dtype, if it is one that has a name among ours. */
  public Optional<DType> declared() {
    return Optional.ofNullable(declaredDtype).flatMap(DeclaredDtype::toDType);
  }
}
