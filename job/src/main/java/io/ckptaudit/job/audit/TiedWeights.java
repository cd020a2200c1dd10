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
   * Compares a stored head with the embeddings of its shape; without both, without a word in the
   * config, or where their bytes lie in pieces, nothing can be said.
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
        .flatMap(head -> embedding(head, ends).stream())
        .filter(pair -> pair.isEqual() != tied)
        .map(pair -> pair.finding(index, checkpoint, tied))
        .toList();
  }

  /** The one that equals the head, else the first that could be tied to it. */
  private static Optional<Pair> embedding(TensorFacts head, List<TensorFacts> ends) {
    return ends.stream()
        .filter(end -> end.role() == Role.EMBED && end.contents() != null)
        .filter(end -> end.shape().equals(head.shape()))
        .map(embed -> new Pair(head, embed))
        .min(
            Comparator.comparing(Pair::isEqual, Comparator.reverseOrder())
                .thenComparing(Pair::isOfOneDtype, Comparator.reverseOrder())
                .thenComparing(pair -> pair.embed.name()));
  }

  private record Pair(TensorFacts head, TensorFacts embed) {

    /** Bits of two dtypes are not the same, whatever they stand for. */
    boolean isEqual() {
      return isOfOneDtype() && head.contents().equals(embed.contents());
    }

    boolean isOfOneDtype() {
      return head.dtype() == embed.dtype();
    }

    Finding finding(int index, Checkpoint checkpoint, boolean tied) {
      TensorSubject subject = TensorSubject.of(index, checkpoint, checkpoint.indexOf(head.name()));
      return Rule.TIED_WEIGHTS.ofNamed(
          subject,
          tied
              ? "config.json ties embedding and head, but "
                  + difference(subject.place(), Quoted.of(embed.name()))
                  + ", and a loader drops the first"
              : "config.json unties embedding and head, but "
                  + subject.place()
                  + " and "
                  + Quoted.of(embed.name())
                  + " have the same bytes",
          Rule.evidence(
              "tie_word_embeddings", tied,
              "embed", embed.name(),
              "head", head.name(),
              "equal", isEqual()));
    }

    private String difference(String ofHead, String ofEmbed) {
      return isOfOneDtype()
          ? ofHead + " and " + ofEmbed + " differ"
          : ofHead + " is " + head.dtype() + " and " + ofEmbed + " " + embed.dtype();
    }
  }
}
