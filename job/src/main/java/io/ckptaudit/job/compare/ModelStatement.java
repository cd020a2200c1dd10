package io.ckptaudit.job.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What all pairs together say of two models.
 *
 * @param statement the weakest of all pairs, in the order of {@link Statement}; null if nothing is
 *     paired
 * @param explanation the simplest that every explained pair allows; null if there is none, and
 *     where some tensors of RIGHT are wider originals of LEFT's
 * @param alternatives that every explained pair allows as well: the models cannot tell them apart
 * @param sentence the same in words, without its full stop
 * @param counts of pairs by statement, without tensors that are no weights
 */
public record ModelStatement(
    Statement statement,
    String explanation,
    List<String> alternatives,
    String sentence,
    Map<Statement, Long> counts) {

  public static ModelStatement of(Collection<Compared> all) {
    return new Building(all.stream().filter(one -> one.statement() != Statement.COMPUTED).toList())
        .build();
  }

  /** Whether every value of every tensor of either side is accounted for. */
  public boolean isAccounted() {
    return statement != null && counts.keySet().stream().allMatch(Statement::isAccounted);
  }

  private static final class Building {

    private final Map<Statement, Long> counts = new EnumMap<>(Statement.class);
    private final List<Compared> explained;
    private final long paired;
    private final long undone;
    private final List<String> common;
    private final long originals;
    private final Map<String, Set<String>> words = new LinkedHashMap<>();
    private final Map<String, String> families = new LinkedHashMap<>();

    Building(Collection<Compared> all) {
      all.forEach(one -> counts.merge(one.statement(), 1L, Long::sum));
      paired = all.stream().filter(one -> one.pair().isPaired()).count();
      undone =
          all.stream()
              .filter(one -> one.statement().isOrdered() && one.isByElements())
              .filter(one -> one.elements().order().words() != null)
              .count();
      explained =
          all.stream()
              .filter(one -> one.statement().isAccounted() && !one.outcome().fits().isEmpty())
              .toList();
      for (Compared one : explained) {
        addWords(one);
        one.outcome().families().forEach(families::putIfAbsent);
      }
      common = common();
      originals = count(Statement.ORIGINAL) + count(Statement.ORIGINAL_IN_ORDER);
    }

    /** What was done is said of those tensors that it changed, to whatever dtype it was. */
    private void addWords(Compared one) {
      one.outcome()
          .words()
          .forEach(
              (id, said) -> {
                Set<String> known = words.computeIfAbsent(id, none -> new LinkedHashSet<>());
                if (id.equals(one.outcome().explanation()) || known.isEmpty()) {
                  known.add(said);
                }
              });
    }

    /** Ids that every explained pair allows; what did nothing anywhere comes first. */
    private List<String> common() {
      List<String> everywhere = new ArrayList<>();
      for (String id : words.keySet()) {
        if (explained.stream().allMatch(one -> one.outcome().allows(id, families.get(id)))) {
          everywhere.add(id);
        }
      }
      everywhere.sort((a, b) -> Integer.compare(rank(a), rank(b)));
      return everywhere;
    }

    private static int rank(String id) {
      return id.equals(Explanation.UNCHANGED) ? 0 : id.equals(Explanations.NEAREST) ? 1 : 2;
    }

    ModelStatement build() {
      if (paired == 0) {
        return new ModelStatement(
            null, null, List.of(), "Nothing can be said: no tensor has a partner", counts);
      }
      Statement weakest = counts.keySet().stream().reduce((a, b) -> b).orElseThrow();
      boolean unchanged = !common.isEmpty() && common.get(0).equals(Explanation.UNCHANGED);
      List<String> others =
          unchanged || common.isEmpty() ? List.of() : List.copyOf(common.subList(1, common.size()));
      String sentence = sentence(unchanged, others);
      return common.isEmpty() || originals > 0
          ? new ModelStatement(weakest, null, List.of(), sentence, counts)
          : new ModelStatement(weakest, common.get(0), others, sentence, counts);
    }

    private long count(Statement statement) {
      return counts.getOrDefault(statement, 0L);
    }

    private String sentence(boolean unchanged, List<String> others) {
      long accounted =
          counts.entrySet().stream()
              .filter(entry -> entry.getKey().isAccounted())
              .mapToLong(Map.Entry::getValue)
              .sum();
      long total = counts.values().stream().reduce(0L, Long::sum);
      if (accounted == total) {
        return holds(accounted, unchanged, others);
      }
      String rest = accounted == 0 ? "" : "; of the others, " + holds(accounted, unchanged, others);
      return "RIGHT is not shown to be LEFT: " + faults() + rest;
    }

    private String faults() {
      List<String> faults = new ArrayList<>();
      counts.forEach(
          (statement, count) -> {
            if (!statement.isAccounted()) {
              faults.add(pairs(count) + " " + statement.id());
            }
          });
      return String.join(", ", faults);
    }

    private String holds(long accounted, boolean unchanged, List<String> others) {
      if (originals == 0) {
        return copied(accounted, accounted, unchanged, others);
      }
      String rounded = "LEFT's values are RIGHT's, rounded to nearest even, in ";
      return originals == accounted
          ? rounded + "all " + pairs(originals) + order(accounted)
          : rounded
              + pairs(originals)
              + "; of the others, "
              + copied(accounted - originals, accounted, unchanged, others);
    }

    /** Of those pairs in which LEFT is the original, or the same. */
    private String copied(long copies, long accounted, boolean unchanged, List<String> others) {
      if (count(Statement.SAME_BITS) == copies) {
        return "RIGHT has LEFT's bits in the same order in all "
            + pairs(copies)
            + ": equal CRC-32C, and equal counts where there are any"
            + (copies == accounted ? "" : order(accounted));
      }
      if (unchanged) {
        boolean lossless = count(Statement.LOSSLESS) + count(Statement.LOSSLESS_IN_ORDER) > 0;
        String dtype = lossless ? " in another dtype, none of which changed" : "";
        return "RIGHT has exactly LEFT's values"
            + dtype
            + ", in all "
            + pairs(copies)
            + order(accounted);
      }
      return changed(copies, accounted, others);
    }

    /** In how many pairs values are known to be in their places. */
    private String order(long accounted) {
      long ordered =
          counts.entrySet().stream()
              .filter(entry -> entry.getKey().isOrdered())
              .mapToLong(Map.Entry::getValue)
              .sum();
      if (ordered == 0) {
        return "; order not checked";
      }
      return ordered == accounted
          ? ", in the same order" + undone()
          : "; order checked in " + pairs(ordered) + undone();
    }

    private String undone() {
      return undone == 0 ? "" : " (a known layout undone in " + pairs(undone) + ")";
    }

    private String changed(long copies, long accounted, List<String> others) {
      if (common.isEmpty()) {
        return "each of " + pairs(copies) + " is explained, but no one way explains them all";
      }
      String id = common.get(0);
      long told = explained.stream().filter(one -> one.outcome().fits().size() == 1).count();
      String sentence =
          "RIGHT's values are exactly LEFT's "
              + String.join(" or ", words.get(id))
              + ", in all "
              + pairs(copies)
              + what()
              + "; "
              + pairs(told)
              + (told == 1 ? " tells" : " tell")
              + " this from everything else that was tried"
              + order(accounted);
      return others.isEmpty()
          ? sentence
          : sentence + "; it cannot be told from " + String.join(", ", others);
    }

    /** What was changed, if that is known of every pair. */
    private String what() {
      Changes all = Changes.NONE;
      for (Compared one : explained) {
        if (one.outcome().changes() == null) {
          return "";
        }
        all = all.plus(one.outcome().changes());
      }
      return String.format(
          Locale.ROOT,
          " (%,d rounded, %,d to zero, %,d overflowed, %,d clipped)",
          all.rounded(),
          all.flushed(),
          all.overflowed(),
          all.clipped());
    }

    private static String pairs(long count) {
      return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? "pair" : "pairs");
    }
  }
}
