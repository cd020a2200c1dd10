package io.ckptaudit.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlacementTest {

  /**
   * A tensor of four rows of six, cut into columns of 1, 3 and 2; the second part in two slices.
   */
  @Test
  void everyElementIsInOneSliceAtOnePlace() {
    Placement[] slices = {
      new Placement(0, 0, 1, 6),
      new Placement(0, 1, 3, 6),
      new Placement(7, 1, 3, 6),
      new Placement(0, 4, 2, 6)
    };
    int[] elements = {4, 7, 5, 8};
    Map<Long, Integer> seen = new HashMap<>();
    for (int s = 0; s < slices.length; s++) {
      long before = -1;
      for (int i = 0; i < elements[s]; i++) {
        long index = slices[s].indexOf(slices[s].first() + i);
        assertThat(index).isGreaterThan(before);
        before = index;
        assertThat(seen.put(index, s)).isNull();
        assertThat(slices[s].positionOf(index)).isEqualTo(i);
      }
    }
    assertThat(seen).hasSize(24);
    assertThat(seen.keySet()).allMatch(index -> index >= 0 && index < 24);
    assertThat(slices[0].positionOf(1)).isEqualTo(-1);
    assertThat(slices[2].positionOf(1)).isEqualTo(-1);
  }
}
