package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;

/** Where the fast counter keeps its counts: one implementation per width of the elements. */
sealed interface CodeTables permits WideCodeTables, ByteCodeTables {

  /** Counts the elements of a little-endian buffer between two byte offsets. */
  void count(ByteBuffer bytes, int from, int to);

  /** The first code between two, both included, that was counted; −1 if none was. */
  int firstCounted(int first, int last);

  /** The last code between two, both included, that was counted; −1 if none was. */
  int lastCounted(int first, int last);

  /** The codes that were counted, ascending. */
  int[] codes();

  /** How often a code was counted. */
  long count(int code);

  void reset();
}
