package io.ckptaudit.job.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts kept in files; {@code -Dckptaudit.goldens=write} writes them anew. */
public final class Goldens {

  private static final Path FOLDER = Product.ROOT.resolve("job/src/test/resources/golden");

  private Goldens() {}

  private static boolean isWriting() {
    return "write".equals(System.getProperty("ckptaudit.goldens"));
  }

  /**
   * @param name below the folder of goldens
   */
  public static void verify(String name, String text) {
    try {
      if (isWriting()) {
        Files.writeString(FOLDER.resolve(name), text);
      }
      assertThat(text).isEqualTo(Files.readString(FOLDER.resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether a page of {@code docs} shows a golden summary in the block that is marked with it. */
  public static void verifyPage(String page, String name) {
    try {
      String golden = Files.readString(FOLDER.resolve("summaries").resolve(name));
      Path file = Product.ROOT.resolve("docs").resolve(page);
      String text = Files.readString(file);
      String mark = "<!-- golden " + name + " -->\n```text\n";
      int from = text.indexOf(mark) + mark.length();
      int to = text.indexOf("```", from);
      String shown = text.substring(0, from) + golden + text.substring(to);
      if (isWriting()) {
        Files.writeString(file, shown);
        return;
      }
      assertThat(text).contains(mark).isEqualTo(shown);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
