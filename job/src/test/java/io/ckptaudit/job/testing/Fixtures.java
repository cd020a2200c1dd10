package io.ckptaudit.job.testing;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** Real checkpoints on the test class path; see the README beside them. */
public final class Fixtures {

  private Fixtures() {}

  /** Whether a fixture is on the test class path. */
  public static boolean exists(String name) {
    return Fixtures.class.getResource("/fixtures/" + name) != null;
  }

  /** A folder or file of the fixtures, such as "llama-hf-bf16/config.json". */
  public static Path path(String name) {
    URL url = Fixtures.class.getResource("/fixtures/" + name);
    if (url == null) {
      throw new IllegalArgumentException("No such fixture: " + name);
    }
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(name, e);
    }
  }
}
