package io.ckptaudit.udfs.spark;

import org.apache.spark.sql.catalyst.analysis.NoSuchFunctionException;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.connector.catalog.FunctionCatalog;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The functions as a catalog, under whatever name it is configured:
 *
 * <pre>{@code
 * spark.sql.catalog.ckpt=io.ckptaudit.udfs.spark.CheckpointFunctionCatalog
 * SELECT ckpt.fp16_to_float(15360S)
 * }</pre>
 *
 * <p>It has no namespaces, no tables and no options. Names of functions are found in any case.
 */
public final class CheckpointFunctionCatalog implements FunctionCatalog {

  private String name;

  @Override
  public void initialize(String name, CaseInsensitiveStringMap options) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Identifier[] listFunctions(String[] namespace) throws NoSuchNamespaceException {
    if (namespace.length > 0) {
      throw new NoSuchNamespaceException(namespace);
    }
    return SqlFunction.ALL.stream()
        .map(function -> Identifier.of(namespace, function.name()))
        .toArray(Identifier[]::new);
  }

  @Override
  public UnboundFunction loadFunction(Identifier identifier) throws NoSuchFunctionException {
    if (identifier.namespace().length > 0) {
      throw new NoSuchFunctionException(identifier);
    }
    return SqlFunction.named(identifier.name())
        .orElseThrow(() -> new NoSuchFunctionException(identifier));
  }
}
