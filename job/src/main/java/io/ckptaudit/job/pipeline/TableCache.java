package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.AuditCriteria;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.arrow.ConversionTables;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.FormatTables;
import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The conversion tables of this JVM, made when first asked for. Functions of one class are taken to
 * be the same functions.
 */
final class TableCache extends AbstractMap<FloatFormat, FormatTables> {

  private static final Map<Class<?>, TableCache> CACHES = new ConcurrentHashMap<>();

  private final ConversionFunctions functions;
  private final Map<FloatFormat, FormatTables> made = new ConcurrentHashMap<>();

  private TableCache(ConversionFunctions functions) {
    this.functions = functions;
  }

  static Map<FloatFormat, FormatTables> of(ConversionFunctions functions) {
    return CACHES.computeIfAbsent(functions.getClass(), none -> new TableCache(functions));
  }

  @Override
  public FormatTables get(Object format) {
    return made.computeIfAbsent(
        (FloatFormat) format,
        wanted -> ConversionTables.of(wanted, AuditCriteria.tabulated(), functions));
  }

  @Override
  public Set<Entry<FloatFormat, FormatTables>> entrySet() {
    return made.entrySet();
  }
}
