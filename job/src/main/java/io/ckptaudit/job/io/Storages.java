package io.ckptaudit.job.io;

import java.io.IOException;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;

/**
 * The storage of a URI, chosen by its scheme: local files for {@code file:} and for plain paths,
 * Hadoop for every other. Travels to executors with its Hadoop configuration. Hadoop classes are
 * loaded when the first URI that needs them is met.
 */
public final class Storages implements Serializable {
  private static final long serialVersionUID = 1L;

  /** A slash after the colon: "v1:model" is a file name. */
  private static final Pattern SCHEME =
      Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*", Pattern.DOTALL);

  private static final LocalStorage LOCAL = new LocalStorage();

  private final Object hadoop;
  private transient volatile Storage remote;

  private Storages(Object hadoop) {
    this.hadoop = hadoop;
  }

  /** With no settings of our own: what local files need, and Hadoop with its site files. */
  public static Storages local() {
    return of(Map.of());
  }

  /** With the configuration of Spark, that of a cluster. */
  public static Storages of(Configuration configuration) {
    return new Storages(new HadoopConfiguration(configuration));
  }

  /** With Hadoop's own defaults and site files, and these settings on top of them. */
  public static Storages of(Map<String, String> hadoopSettings) {
    return new Storages(new TreeMap<>(hadoopSettings));
  }

  /** Whether {@link #forUri} answers without Hadoop. */
  public static boolean isLocal(String uri) {
    return uri.startsWith("file:") || !SCHEME.matcher(uri).matches();
  }

  /** The same place as Hadoop's Path wants it: absolute, with a scheme, nothing percent-encoded. */
  public static String hadoopUri(String uri) throws IOException {
    return isLocal(uri) ? "file://" + LocalPaths.path(uri) : uri;
  }

  public Storage forUri(String uri) {
    return isLocal(uri) ? LOCAL : remote();
  }

  private Storage remote() {
    Storage storage = remote;
    if (storage == null) {
      storage = HadoopStorage.of(hadoop);
      remote = storage;
    }
    return storage;
  }

  /** Says nothing of the configuration, which holds secrets. */
  @Override
  public String toString() {
    return "Storages";
  }
}
