package io.ckptaudit.job.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Severity;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches the driver is the same for any partitions in any order. */
class GatheringTest {

  private static final List<Finding> FINDINGS =
      IntStream.range(0, 900).mapToObj(GatheringTest::finding).toList();

  private static Finding finding(int i) {
    return new Finding(
        i % 2,
        i % 5 == 0 ? "NON_FINITE" : "ALL_ZERO_MATRIX",
        Severity.ERROR,
        false,
        "model.safetensors",
        "t%05d".formatted(i * 7919 % 1000),
        (long) i,
        "message",
        new LinkedHashMap<>(),
        "action");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100})
  void findingsDoNotDependOnPartitions(int parts) {
    FindingCap whole = new FindingCap();
    FINDINGS.forEach(whole::add);
    assertThat(merged(parts, new Random(parts))).isEqualTo(whole.all());
  }

  private static List<Finding> merged(int parts, Random random) {
    List<Finding> shuffled = new ArrayList<>(FINDINGS);
    Collections.shuffle(shuffled, random);
    List<FindingCap> caps = IntStream.range(0, parts).mapToObj(i -> new FindingCap()).toList();
    shuffled.forEach(finding -> caps.get(random.nextInt(parts)).add(finding));
    FindingCap all = new FindingCap();
    caps.forEach(all::addAll);
    return all.all();
  }

  @Test
  void eachKindKeepsItsFirstHundredAndTheNumberOfTheRest() {
    FindingCap cap = new FindingCap();
    FINDINGS.forEach(cap::add);
    List<Finding> zeros =
        cap.all().stream()
            .filter(f -> f.checkpoint() == 0 && f.rule().equals("ALL_ZERO_MATRIX"))
            .toList();
    assertThat(zeros).hasSize(101);
    assertThat(zeros)
        .filteredOn(finding -> finding.tensor() == null)
        .extracting(Finding::evidence)
        .containsExactly(Rule.evidence("more", 260L));
    assertThat(cap.all()).isSortedAccordingTo(Finding.ORDER);
  }

  @Test
  void theWorstTensorsAreThoseOfAllPartitions() {
    WorstTensors one = new WorstTensors();
    one.add("b", 5, false);
    one.add("a", 5, false);
    one.add("small", 1, false);
    WorstTensors two = new WorstTensors();
    two.add("large", 9, true);
    one.addAll(two);
    assertThat(one.values()).isEqualTo(20);
    assertThat(one.isTelling()).isTrue();
    assertThat(one.words()).isEqualTo("in 4 tensors, most in 'large' (9), 'a' (5), 'b' (5)");
    assertThat(one.evidence().keySet()).containsExactly("large", "a", "b");
  }
}
