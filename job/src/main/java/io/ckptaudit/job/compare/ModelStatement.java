package io.ckptaudit.job.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What all pairs together say of two models.
 *
 * @param statement the weakest of all pairs, in the order of {@link Statement}; null if nothing is
 *     paired
 * @param explanation the simplest that every explained pair allows; null if there is none
 * @param alternatives that every explained pair allows as well: the models cannot tell them apart
 * @param sentence the same in words, without its full stop
 * @param counts of pairs by statement
 */
public record ModelStatement(
    Statement statement,
    String explanation,
    List<String> alternatives,
    String sentence,
    Map<Statement, Long> counts) {

  public static ModelStatement of(Collection<Compared> all) {
    return new Building(all).build();
  }

  /** Whether every value of every tensor of either side is accounted for. */
  public boolean isAccounted() {
    return statement != null && counts.keySet().stream().allMatch(Statement::isAccounted);
  }

  private static final class Building {

    private final Map<Statement, Long> counts = new EnumMap<>(Statement.class);
    private final List<Compared> explained;
    private final long paired;
    private final List<String> common;
    private final Map<String, String> words = new LinkedHashMap<>();
    private final Map<String, String> families = new LinkedHashMap<>();

    Building(Collection<Compared> all) {
      all.forEach(one -> counts.merge(one.statement(), 1L, Long::sum));
      paired = all.stream().filter(one -> one.pair().isPaired()).count();
      explained =
          all.stream()
              .filter(one -> one.statement().isAccounted() && !one.outcome().fits().isEmpty())
              .toList();
      for (Compared one : explained) {
        one.outcome().words().forEach(words::putIfAbsent);
        one.outcome().families().forEach(families::putIfAbsent);
      }
      common = common();
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
      String explanation = common.isEmpty() ? null : common.get(0);
      return new ModelStatement(weakest, explanation, others, sentence(unchanged, others), counts);
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
      if (count(Statement.SAME_BITS) == accounted) {
        return "RIGHT has LEFT's bits in the same order in all "
            + pairs(accounted)
            + ": equal counts and CRC-32C";
      }
      if (count(Statement.ORIGINAL) == accounted) {
        return "LEFT's values are RIGHT's, rounded to nearest even, in all "
            + pairs(accounted)
            + "; order not checked";
      }
      if (unchanged) {
        String order =
            count(Statement.SAME_BITS) == 0
                ? "; order not checked"
                : "; order checked in " + pairs(count(Statement.SAME_BITS));
        String dtype =
            count(Statement.LOSSLESS) > 0 ? " in another dtype, none of which changed" : "";
        return "RIGHT has exactly LEFT's values" + dtype + ", in all " + pairs(accounted) + order;
      }
      return changed(accounted, others);
    }

    private String changed(long accounted, List<String> others) {
      if (common.isEmpty()) {
        return "each of " + pairs(accounted) + " is explained, but no one way explains them all";
      }
      String id = common.get(0);
      long told = explained.stream().filter(one -> one.outcome().fits().size() == 1).count();
      String sentence =
          "RIGHT's values are exactly LEFT's "
              + words.get(id)
              + ", in all "
              + pairs(accounted)
              + what()
              + "; "
              + pairs(told)
              + (told == 1 ? " tells" : " tell")
              + " this from everything else that was tried; order not checked";
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
