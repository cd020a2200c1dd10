package io.ckptaudit.job.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.launcher.JavaModuleOptions;

/** What is built and shipped: the launcher, the thin jar, and what runs beside it. */
public final class Product {

  public static final Path ROOT = Path.of(System.getProperty("ckptaudit.root", ".."));

  private static final String JAVA = System.getProperty("java.home") + "/bin/java";

  /** A dozen times what a run takes on an idle machine. */
  private static final Duration LIMIT = Duration.ofSeconds(240);

  /** Halves the processor time of a small audit, which ends before C2 has paid for itself. */
  private static final Map<String, String> QUICK_COMPILER =
      Map.of("CKPT_AUDIT_JAVA_OPTS", "-XX:TieredStopAtLevel=1");

  private Product() {}

  public static Path launcher() {
    return ROOT.resolve("bin/ckpt-audit").toAbsolutePath();
  }

  /** Spark, Hadoop and the S3 client, as a user's installation of Spark provides them. */
  public static List<String> providedJars() throws IOException {
    String classpath = Files.readString(Path.of(System.getProperty("ckptaudit.classpath")));
    return List.of(classpath.trim().split(":", -1));
  }

  /** {@code jvm.flags} of pom.xml. */
  public static List<String> jvmFlags() throws IOException {
    Matcher flags =
        Pattern.compile("<jvm.flags>(.*?)</jvm.flags>", Pattern.DOTALL)
            .matcher(Files.readString(ROOT.resolve("pom.xml")));
    if (!flags.find()) {
      throw new IllegalStateException("No jvm.flags in pom.xml");
    }
    return List.of(flags.group(1).trim().split("\\s+", -1));
  }

  /** Runs {@code bin/ckpt-audit}. */
  public static ChildProcess.Ended launch(String... arguments) throws Exception {
    return launch(QUICK_COMPILER, arguments);
  }

  /** As {@link #launch(String...)}, with variables on top of this JVM's. */
  public static ChildProcess.Ended launch(Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(launcher().toString()));
    command.addAll(Arrays.asList(arguments));
    return ChildProcess.run(command, environment, LIMIT);
  }

  /**
   * Submits the thin jar as the script spark-submit does.
   *
   * @param options of spark-submit
   * @param arguments of the program
   */
  public static ChildProcess.Ended submit(List<String> options, String... arguments)
      throws Exception {
    return submitWith("-Xmx512m", options, arguments);
  }

  /** As {@link #submit}, with another heap for the driver. */
  public static ChildProcess.Ended submitWith(
      String heap, List<String> options, String... arguments) throws Exception {
    List<String> command = java(heap, "org.apache.spark.deploy.SparkSubmit");
    command.addAll(options);
    command.addAll(List.of("--class", "io.ckptaudit.job.cli.Main"));
    command.add(System.getProperty("ckptaudit.jar"));
    command.addAll(Arrays.asList(arguments));
    return ChildProcess.run(command, Map.of(), LIMIT);
  }

  /** Starts the program in a JVM of its own, with the classes of the tests beside it. */
  public static ChildProcess startBesideTests(List<String> arguments) throws IOException {
    List<String> command = besideTests("io.ckptaudit.job.cli.Main");
    command.addAll(arguments);
    return ChildProcess.start(command, Map.of("SPARK_LOCAL_IP", "127.0.0.1"));
  }

  /** Runs a class of the tests in a JVM of its own, with our layout of log lines. */
  public static ChildProcess.Ended runTestClass(Class<?> main) throws Exception {
    return ChildProcess.run(besideTests(main.getName()), Map.of(), LIMIT);
  }

  private static List<String> besideTests(String main) throws IOException {
    List<String> command = new ArrayList<>(List.of(JAVA, "-Xmx1g", "-XX:TieredStopAtLevel=1"));
    command.addAll(jvmFlags());
    command.add("-Dlog4j2.configurationFile=" + ROOT.resolve("conf/log4j2.properties"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    return command;
  }

  /** The start of a command that runs a class of Spark with the flags Spark's own scripts give. */
  static List<String> java(String heap, String mainClass) throws IOException {
    List<String> command = new ArrayList<>(List.of(JAVA, heap, "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(JavaModuleOptions.defaultModuleOptionArray()));
    command.addAll(List.of("-cp", String.join(":", providedJars()), mainClass));
    return command;
  }
}
