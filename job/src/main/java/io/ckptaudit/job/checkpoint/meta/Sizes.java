package io.ckptaudit.job.checkpoint.meta;

import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * What the shapes say of the whole.
 *
 * @param dim of the embedding; 0 if it is not known
 * @param ranks how many there must be; 0 if that is not known
 */
record Sizes(long dim, int ranks) {
  private static final String NORM = "norm.weight";
  private static final String WO = ".attention.wo.weight";

  /** More ranks than this are no model of Meta's: the numbers in names have three digits. */
  private static final int MOST = 1000;

  static Sizes of(Collection<Rank> ranks, Params params) {
    List<Long> norm = shape(ranks, name -> name.equals(NORM), 1);
    List<Long> wo = shape(ranks, name -> name.endsWith(WO), 2);
    Long dim = norm != null ? norm.get(0) : wo != null ? wo.get(0) : params.get("dim");
    return new Sizes(dim == null ? 0 : dim, wo == null ? 0 : ranks(wo, params));
  }

  /** Of the first rank that has one. */
  private static List<Long> shape(Collection<Rank> ranks, Predicate<String> name, int dimensions) {
    return ranks.stream()
        .map(
            rank ->
                rank.parts().values().stream()
                    .map(RankPart::entry)
                    .filter(entry -> name.test(entry.name()) && entry.shape().size() == dimensions)
                    .min((a, b) -> a.name().compareTo(b.name()))
                    .map(TensorEntry::shape)
                    .orElse(null))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** A rank has the columns of its own heads. Those of all heads are dim, if nothing says more. */
  private static int ranks(List<Long> wo, Params params) {
    Long heads = params.get("n_heads");
    Long headDim = params.get("head_dim");
    if (heads == null) {
      return 0;
    }
    long all = headDim == null ? wo.get(0) : heads * headDim;
    long columns = wo.get(1);
    return columns > 0 && all % columns == 0 && all / columns < MOST ? (int) (all / columns) : 0;
  }
}
