package io.ckptaudit.udfs.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class WideCodeTablesTest {

  /** The capacity of a real table would take 2^31 elements to reach; a small one shows the same. */
  @Test
  void keepsCountsWhenCountersAreEmptied() {
    WideCodeTables tables = new WideCodeTables(10);
    ByteBuffer six = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    six.putShort(0, (short) 7).putShort(10, (short) 0xFFFF);
    for (int i = 0; i < 1000; i++) {
      tables.count(six, 0, 12);
    }
    long[] counts = tables.counts();
    assertThat(counts[0]).isEqualTo(4000);
    assertThat(counts[7]).isEqualTo(1000);
    assertThat(counts[0xFFFF]).isEqualTo(1000);
    tables.count(ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN), 0, 20);
    assertThat(tables.anyCounted(1, 7)).as("a code whose counter was emptied").isTrue();
    assertThat(tables.anyCounted(8, 0xFFFE)).isFalse();
    tables.reset();
    assertThat(tables.anyCounted(0, 0xFFFF)).isFalse();
  }
}
