package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.cli.Main;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the thin jar holds, and what it must leave to Spark. */
@Tag("full")
class JarIT {

  private static final Path JAR = Path.of(System.getProperty("ckptaudit.jar", "none"));
  private static final long LARGEST = 5 << 20;

  @Test
  void classesOfOursAloneAndNoSettings() throws Exception {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      List<String> files =
          jar.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName).toList();
      assertThat(files)
          .filteredOn(name -> name.endsWith(".class"))
          .isNotEmpty()
          .allMatch(name -> name.startsWith("io/ckptaudit/"));
      assertThat(files)
          .anyMatch(name -> name.startsWith("io/ckptaudit/shaded/picocli/"))
          .noneMatch(name -> name.matches(".*\\.(so|dll|jnilib|xml|conf|yaml)"))
          .noneMatch(name -> name.matches("(.*/)?(log4j2|spark-defaults|metrics)[^/]*"))
          .noneMatch(name -> name.startsWith("META-INF/services/org.apache"));
      assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
          .isEqualTo("io.ckptaudit.job.cli.Main");
    }
    assertThat(JAR.toFile().length()).isLessThan(LARGEST);
  }

  @Test
  void otherIntegrationTestsRunIt() throws Exception {
    Path classes = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    assertThat(classes).isEqualTo(JAR.toAbsolutePath());
  }
}
