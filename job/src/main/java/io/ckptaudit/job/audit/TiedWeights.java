package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Role;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Whether embedding and head are as much the same as config.json says. */
final class TiedWeights {

  private TiedWeights() {}

  /**
   * Compares a stored head with the embeddings of its shape and dtype; without both, without a word
   * in the config, or where their bytes lie in pieces, nothing can be said.
   *
   * @param ends embeddings and heads, in any order
   */
  static List<Finding> of(int index, Checkpoint checkpoint, List<TensorFacts> ends) {
    if (checkpoint.tiedEmbeddings() == null) {
      return List.of();
    }
    boolean tied = checkpoint.tiedEmbeddings();
    return ends.stream()
        .filter(end -> end.role() == Role.HEAD && end.contents() != null)
        .sorted((one, other) -> one.name().compareTo(other.name()))
        .flatMap(head -> embedding(head, ends).stream().map(embed -> new Pair(head, embed)))
        .filter(pair -> pair.isEqual() != tied)
        .map(pair -> pair.finding(index, tied))
        .toList();
  }

  /** The one that equals the head, else the first that could be tied to it. */
  private static Optional<TensorFacts> embedding(TensorFacts head, List<TensorFacts> ends) {
    return ends.stream()
        .filter(end -> end.role() == Role.EMBED && end.contents() != null)
        .filter(end -> end.dtype() == head.dtype() && end.shape().equals(head.shape()))
        .min(
            Comparator.<TensorFacts, Boolean>comparing(
                    embed -> !embed.contents().equals(head.contents()))
                .thenComparing(TensorFacts::name));
  }

  private record Pair(TensorFacts head, TensorFacts embed) {

    boolean isEqual() {
      return head.contents().equals(embed.contents());
    }

    Finding finding(int index, boolean tied) {
      String both = Quoted.of(head.name()) + " and " + Quoted.of(embed.name());
      return Rule.TIED_WEIGHTS.ofNamed(
          index,
          head.name(),
          tied
              ? "config.json ties embedding and head, but "
                  + both
                  + " differ, and a loader drops the first"
              : "config.json unties embedding and head, but " + both + " have the same bytes",
          Rule.evidence(
              "tie_word_embeddings", tied,
              "embed", embed.name(),
              "head", head.name(),
              "equal", isEqual()));
    }
  }
}
