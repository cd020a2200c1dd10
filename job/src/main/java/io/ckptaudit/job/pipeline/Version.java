package io.ckptaudit.job.pipeline;

/** The version of this program, from the manifest of its jar. */
public final class Version {

  public static final String CURRENT = current();

  private Version() {}

  private static String current() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
