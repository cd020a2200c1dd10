package io.ckptaudit.job.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Spark's standalone cluster on the loopback: a master and workers of one core, as processes. */
public final class StandaloneCluster implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern MASTER = Pattern.compile("master at (spark://127\\.0\\.0\\.1:\\d+)");
  private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");

  private final List<ChildProcess> processes = new ArrayList<>();
  private final Map<String, String> environment;
  private String url;

  private StandaloneCluster(Path sparkHome) {
    environment =
        Map.of(
            "SPARK_HOME", sparkHome.toString(),
            "SPARK_SCALA_VERSION", "2.13",
            "SPARK_LOCAL_IP", "127.0.0.1");
  }

  /**
   * @param folder empty; takes the installation and the files of the workers
   */
  public static StandaloneCluster start(Path folder, int workers) throws Exception {
    Path home = folder.resolve("spark");
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (String jar : Product.providedJars()) {
      Files.createSymbolicLink(jars.resolve(Path.of(jar).getFileName()), Path.of(jar));
    }
    StandaloneCluster cluster = new StandaloneCluster(home);
    try {
      cluster.startMaster();
      cluster.startWorkers(folder, workers);
      return cluster;
    } catch (Exception | Error e) {
      cluster.close();
      throw e;
    }
  }

  public String url() {
    return url;
  }

  private void startMaster() throws Exception {
    ChildProcess master =
        start("master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0");
    url = master.awaitOnStderr(MASTER, LIMIT).group(1);
  }

  private void startWorkers(Path folder, int workers) throws Exception {
    List<ChildProcess> started = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      String files = folder.resolve("worker-" + i).toString();
      started.add(
          start(
              "worker.Worker",
              "--host",
              "127.0.0.1",
              "--cores",
              "1",
              "--memory",
              "1g",
              "--work-dir",
              files,
              "--webui-port",
              "0",
              url));
    }
    for (ChildProcess worker : started) {
      worker.awaitOnStderr(REGISTERED, LIMIT);
    }
  }

  private ChildProcess start(String daemon, String... arguments) throws IOException {
    List<String> command = Product.java("-Xmx256m", "org.apache.spark.deploy." + daemon);
    command.addAll(List.of(arguments));
    ChildProcess process = ChildProcess.start(command, environment);
    processes.add(process);
    return process;
  }

  /** Workers first: they end their executors. */
  @Override
  public void close() throws IOException {
    for (int i = processes.size() - 1; i >= 0; i--) {
      processes.get(i).close();
    }
    processes.clear();
  }
}
