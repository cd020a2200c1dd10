package io.ckptaudit.udfs.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WideCodeTablesTest {

  /** The capacity of a real table would take 2^31 elements to reach; a small one shows the same. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keepsCountsWhenCountersAreEmptied(boolean raw) {
    WideCodeTables tables = new WideCodeTables(new CounterMemory(raw), 10);
    ByteBuffer six = ByteBuffer.allocateDirect(12).order(ByteOrder.LITTLE_ENDIAN);
    six.putShort(0, (short) 7).putShort(10, (short) 0xFFFF);
    for (int i = 0; i < 1000; i++) {
      tables.count(six, 0, 12);
    }
    assertThat(tables.count(0)).isEqualTo(4000);
    assertThat(tables.count(7)).isEqualTo(1000);
    assertThat(tables.count(0xFFFF)).isEqualTo(1000);
    tables.count(ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN), 0, 20);
    assertThat(tables.firstCounted(1, 0xFFFE)).as("an emptied counter").isEqualTo(7);
    assertThat(tables.lastCounted(1, 0xFFFE)).as("an emptied counter").isEqualTo(7);
    assertThat(tables.firstCounted(8, 0xFFFE)).isEqualTo(-1);
    assertThat(tables.lastCounted(8, 0xFFFE)).isEqualTo(-1);
    assertThat(tables.lastCounted(0, 0xFFFF)).isEqualTo(0xFFFF);
    tables.reset();
    assertThat(tables.firstCounted(0, 0xFFFF)).isEqualTo(-1);
    assertThat(tables.count(7)).isZero();
  }

  @Test
  void countsAlikeWithAndWithoutRawMemory() {
    Random random = new Random(SpanFixtures.seed());
    ByteBuffer codes = ByteBuffer.allocateDirect(70_001).order(ByteOrder.LITTLE_ENDIAN);
    byte[] bytes = SpanFixtures.random(random, codes.capacity());
    codes.put(0, bytes);
    CounterMemory raw = new CounterMemory(true);
    CounterMemory checked = new CounterMemory(false);
    for (int from : new int[] {0, 1, 3, 8, 69_999}) {
      for (int to = from; to <= codes.capacity(); to = 3 * to + 6 - 2 * from) {
        raw.count(codes, from, to);
        checked.count(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), from, to);
      }
    }
    for (int code = 0; code < CounterMemory.COUNTERS; code++) {
      assertThat(raw.get(code)).isEqualTo(checked.get(code));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void findsTheCountedCodesOfEveryRange(boolean isRaw) {
    CounterMemory memory = new CounterMemory(isRaw);
    int[] counted = {0, 1, 9, 64, 65, 0x7FFF, 0xFFFE};
    for (int code : counted) {
      memory.add(code, 1);
    }
    for (int first : new int[] {0, 1, 2, 8, 9, 10, 60, 66, 0x8000, 0xFFFF}) {
      for (int last : new int[] {0, 3, 8, 9, 17, 64, 70, 0x7FFE, 0x7FFF, 0xFFFD, 0xFFFF}) {
        assertThat(memory.firstCounted(first, last)).isEqualTo(found(counted, first, last, false));
        assertThat(memory.lastCounted(first, last)).isEqualTo(found(counted, first, last, true));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void findsOneCodeWhereverItIsInALine(boolean isRaw) {
    CounterMemory memory = new CounterMemory(isRaw);
    for (int code = 0x1000; code < 0x1020; code++) {
      memory.add(code, 1);
      for (int first = 0x0FE0; first <= code; first++) {
        assertThat(memory.firstCounted(first, 0x1040)).isEqualTo(code);
        assertThat(memory.lastCounted(first, 0x1040)).isEqualTo(code);
      }
      assertThat(memory.firstCounted(code + 1, 0xFFFF)).isEqualTo(-1);
      assertThat(memory.lastCounted(0, code - 1)).isEqualTo(-1);
      assertThat(memory.codes()).containsExactly(code);
      memory.clear(code);
    }
  }

  private static int found(int[] counted, int first, int last, boolean highest) {
    int found = -1;
    for (int code : counted) {
      if (code >= first && code <= last && (found < 0 || highest)) {
        found = code;
      }
    }
    return found;
  }
}
