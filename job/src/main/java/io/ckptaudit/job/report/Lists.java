package io.ckptaudit.job.report;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import scala.jdk.javaapi.CollectionConverters;

/** The lists in rows: arrays in those we make, Scala sequences in those that Spark read. */
final class Lists {

  private Lists() {}

  static List<?> of(Object list) {
    if (list instanceof int[] ints) {
      return IntStream.of(ints).boxed().toList();
    }
    if (list instanceof long[] longs) {
      return LongStream.of(longs).boxed().toList();
    }
    if (list instanceof Object[] objects) {
      return Arrays.asList(objects);
    }
    if (list instanceof scala.collection.Seq<?> seq) {
      return CollectionConverters.asJava(seq);
    }
    throw new IllegalArgumentException("Cannot encode a value of " + list.getClass());
  }
}
