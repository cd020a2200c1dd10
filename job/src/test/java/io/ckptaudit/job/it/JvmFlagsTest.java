package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.testing.Product;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;

/** The options of the JVM, which three places have to agree on. */
class JvmFlagsTest {

  private static final Set<String> SPARK = Set.of(JavaModuleOptions.defaultModuleOptionArray());

  @Test
  void theLauncherHasThoseOfThePom() throws Exception {
    Matcher flags =
        Pattern.compile("^flags=\\(\\s+(.*?)\\s+\\)$", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(Files.readString(Product.launcher()));
    assertThat(flags.find()).isTrue();
    assertThat(List.of(flags.group(1).split("\\s+", -1))).isEqualTo(Product.jvmFlags());
  }

  /** So nothing that works in the launcher is refused to an executor. */
  @Test
  void sparkGivesItsOwnProcessesAllOfThem() throws Exception {
    assertThat(SPARK).containsAll(Product.jvmFlags());
  }

  /**
   * Spark gives more: packages for Kryo, Kerberos and the cleaner of its own direct buffers, and
   * settings of Netty for the network between machines. A local run needs none of them.
   */
  @Test
  void whatIsLeftOutIsKnown() throws Exception {
    Set<String> more = new TreeSet<>(SPARK);
    more.removeAll(Product.jvmFlags());
    assertThat(more)
        .containsExactlyInAnyOrder(
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-opens=java.base/sun.security.action=ALL-UNNAMED",
            "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
            "-Dio.netty.tryReflectionSetAccessible=true",
            "-Dio.netty.allocator.type=pooled",
            "-Dio.netty.handler.ssl.defaultEndpointVerificationAlgorithm=NONE");
  }
}
