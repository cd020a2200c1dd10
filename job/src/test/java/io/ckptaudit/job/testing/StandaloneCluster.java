package io.ckptaudit.job.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Spark's standalone cluster on the loopback: a master and workers of one core, as processes. */
public final class StandaloneCluster implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern MASTER = Pattern.compile("master at (spark://127\\.0\\.0\\.1:\\d+)");
  private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");

  private final List<ChildProcess> processes = new ArrayList<>();
  private final Path folder;
  private final Map<String, String> environment;
  private String url;

  private StandaloneCluster(Path folder, Path sparkHome) {
    this.folder = folder;
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
    StandaloneCluster cluster = new StandaloneCluster(folder, home);
    try {
      cluster.startMaster();
      cluster.startWorkers(workers);
      return cluster;
    } catch (Exception | Error e) {
      cluster.close();
      throw e;
    }
  }

  public String url() {
    return url;
  }

  /**
   * What has been written to stdout and stderr by the master and its workers, and by all executors
   * there were, by names such as {@code 1} and {@code worker-0/app-…/0/stderr}.
   */
  public Map<String, String> logs() throws IOException {
    Map<String, String> logs = new TreeMap<>();
    for (int i = 0; i < processes.size(); i++) {
      logs.put("" + i, processes.get(i).written());
    }
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("std")).toList()) {
        byte[] content = Files.readAllBytes(file);
        logs.put("" + folder.relativize(file), new String(content, StandardCharsets.UTF_8));
      }
    }
    return logs;
  }

  /** The executors that run: of what a worker starts, the one thing that stays. */
  public List<ProcessHandle> executors() {
    return processes.stream().skip(1).flatMap(ChildProcess::children).toList();
  }

  private void startMaster() throws Exception {
    ChildProcess master =
        start("master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0");
    url = master.awaitOnStderr(MASTER, LIMIT).group(1);
  }

  private void startWorkers(int workers) throws Exception {
    List<ChildProcess> started = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      started.add(startWorker(i));
    }
    for (ChildProcess worker : started) {
      worker.awaitOnStderr(REGISTERED, LIMIT);
    }
  }

  private ChildProcess startWorker(int number) throws IOException {
    return start(
        "worker.Worker",
        "--host",
        // Spark runs no second copy of a task on the same host.
        number % 2 == 0 ? "127.0.0.1" : "localhost",
        "--cores",
        "1",
        "--memory",
        "1g",
        "--work-dir",
        folder.resolve("worker-" + number).toString(),
        "--webui-port",
        "0",
        url);
  }

  /**
   * Ends a worker at once, as kill -9 does, and then its executor, as when their machine is lost.
   *
   * @param executor the id of its process
   * @return the number of the worker
   */
  public int loseWorkerOf(long executor) throws InterruptedException {
    for (int i = 1; i < processes.size(); i++) {
      ChildProcess worker = processes.get(i);
      if (worker.started().anyMatch(child -> child.pid() == executor)) {
        worker.killAtOnce();
        ProcessHandle.of(executor).ifPresent(ProcessHandle::destroyForcibly);
        return i - 1;
      }
    }
    throw new IllegalArgumentException("No worker has started the process " + executor);
  }

  /** Starts a worker in place of one that was lost. */
  public void restartWorker(int number) throws Exception {
    ChildProcess worker = startWorker(number);
    processes.remove(worker);
    processes.set(number + 1, worker).close();
    worker.awaitOnStderr(REGISTERED, LIMIT);
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
