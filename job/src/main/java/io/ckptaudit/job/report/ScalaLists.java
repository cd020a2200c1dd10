package io.ckptaudit.job.report;

import scala.jdk.javaapi.CollectionConverters;

/** The lists in rows that Spark read. */
final class ScalaLists {

  private ScalaLists() {}

  static Object[] toArray(Object list) {
    if (list instanceof scala.collection.Seq<?> seq) {
      return CollectionConverters.asJava(seq).toArray();
    }
    throw new IllegalArgumentException("Cannot encode a value of " + list.getClass());
  }
}
