package io.ckptaudit.job.report;

import java.util.Arrays;
import java.util.List;
import scala.jdk.javaapi.CollectionConverters;

/** The lists of objects in rows: arrays in ours, Scala sequences in those that Spark read. */
final class Lists {

  private Lists() {}

  static List<?> of(Object list) {
    if (list instanceof Object[] objects) {
      return Arrays.asList(objects);
    }
    if (list instanceof scala.collection.Seq<?> seq) {
      return CollectionConverters.asJava(seq);
    }
    throw new IllegalArgumentException("Cannot encode a value of " + list.getClass());
  }
}
