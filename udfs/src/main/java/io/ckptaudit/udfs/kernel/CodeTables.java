package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;

/** Where the fast counter keeps its counts: one implementation per width of the elements. */
sealed interface CodeTables permits WideCodeTables, ByteCodeTables {

  /** Counts the elements of a little-endian buffer between two byte offsets. */
  void count(ByteBuffer bytes, int from, int to);

  /** Whether any code between two, both included, was counted; false if {@code first > last}. */
  boolean anyCounted(int first, int last);

  /** A fresh array of the counts by code. */
  long[] counts();

  void reset();
}
