package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.CodePointOrder;
import java.util.BitSet;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether the numbers of {@code model-00002-of-00005} names are complete and agree. */
public final class ShardSequence {
  private static final Pattern NUMBERED =
      Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})(\\.[^/]*)", Pattern.DOTALL);
  private static final int NAMED = 20;
  private static final String TODO =
      "download the missing files, or remove those of another upload";

  private ShardSequence() {}

  public static void verify(Collection<String> names, Problems problems) {
    Map<String, Map<Integer, BitSet>> sequences = new TreeMap<>(CodePointOrder.INSTANCE);
    for (String name : names) {
      Matcher matcher = NUMBERED.matcher(name);
      if (matcher.matches()) {
        sequences
            .computeIfAbsent(matcher.group(1) + "-*" + matcher.group(4), key -> new TreeMap<>())
            .computeIfAbsent(Integer.valueOf(matcher.group(3)), key -> new BitSet())
            .set(Integer.parseInt(matcher.group(2)));
      }
    }
    sequences.forEach((pattern, byTotal) -> verify(pattern, byTotal, problems));
  }

  private static void verify(String pattern, Map<Integer, BitSet> byTotal, Problems problems) {
    if (byTotal.size() > 1) {
      problems.add(
          gap(pattern)
              .because("their names disagree on how many there are: %s", byTotal.keySet())
              .todo(TODO));
    }
    byTotal.forEach((total, numbers) -> verify(pattern, total, numbers, problems));
  }

  private static void verify(String pattern, int total, BitSet numbers, Problems problems) {
    int first = numbers.get(0) ? 0 : 1;
    BitSet expected = new BitSet();
    expected.set(first, first + total);
    BitSet missing = (BitSet) expected.clone();
    missing.andNot(numbers);
    BitSet beyond = (BitSet) numbers.clone();
    beyond.andNot(expected);
    if (!missing.isEmpty()) {
      problems.add(gap(pattern).because("of %d, %s missing", total, listed(missing)).todo(TODO));
    }
    if (!beyond.isEmpty()) {
      problems.add(
          gap(pattern).because("of %d, %s beyond the last", total, listed(beyond)).todo(TODO));
    }
  }

  private static Problem.Sentence gap(String pattern) {
    return Problem.error(
            FormatRule.IX_GAP, "Cannot audit the whole set of shards " + Quoted.of(pattern))
        .reference("ignores it");
  }

  /** As in "2, 5 and 7 more are". */
  public static String listed(BitSet numbers) {
    StringBuilder text = new StringBuilder();
    numbers.stream().limit(NAMED).forEach(n -> text.append(text.isEmpty() ? "" : ", ").append(n));
    int count = numbers.cardinality();
    text.append(
        count > NAMED ? " and " + (count - NAMED) + " more are" : count == 1 ? " is" : " are");
    return text.toString();
  }
}
