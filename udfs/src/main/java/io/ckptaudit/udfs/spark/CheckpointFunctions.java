package io.ckptaudit.udfs.spark;

import org.apache.spark.sql.SparkSession;

/** Makes the SQL functions available under their plain names. */
public final class CheckpointFunctions {

  private CheckpointFunctions() {}

  /**
   * Registers all functions in a session, as temporary ones: {@code SELECT fp16_to_float(x)}. Doing
   * it again changes nothing.
   *
   * @throws UnsupportedOperationException for a Spark Connect session, which runs elsewhere
   */
  public static void register(SparkSession session) {
    if (!(session instanceof org.apache.spark.sql.classic.SparkSession classic)) {
      throw new UnsupportedOperationException(
          "Cannot register functions in a session of "
              + session.getClass().getName()
              + ": it runs in another process; configure its server with spark.sql.catalog.ckpt="
              + CheckpointFunctionCatalog.class.getName());
    }
    SqlFunction.ALL.forEach(function -> new RegistryEntry(function).addTo(classic));
  }
}
