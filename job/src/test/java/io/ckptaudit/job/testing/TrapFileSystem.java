package io.ckptaudit.job.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.SparkEnv;

/**
 * Local files of which one, named by {@code trap.file}, ends the executor that opens it, or lets
 * the first who opens it wait. The first who has written a file of a table may have to wait too.
 * The driver reads and writes without any of that. What has happened is in the folder {@code
 * trap.folder}, with the id of the process, since an executor that ended tells nobody.
 */
public final class TrapFileSystem extends RawLocalFileSystem {

  @Override
  public URI getUri() {
    return URI.create("trap:///");
  }

  @Override
  public String getScheme() {
    return "trap";
  }

  @Override
  public FSDataInputStream open(Path file, int bufferSize) throws IOException {
    if (file.getName().equals(getConf().get("trap.file")) && isExecutor()) {
      for (int i = 0; i < getConf().getInt("trap.kills", 0); i++) {
        if (isFirst("kill-" + i)) {
          Runtime.getRuntime().halt(137);
        }
      }
      waitFor("trap.millis", "wait");
    }
    return super.open(file, bufferSize);
  }

  @Override
  public FSDataOutputStream create(
      Path file, boolean overwrite, int buffer, short replicas, long block, Progressable progress)
      throws IOException {
    FSDataOutputStream out = super.create(file, overwrite, buffer, replicas, block, progress);
    boolean slow = file.getName().startsWith("part-") && isExecutor();
    return slow ? new FSDataOutputStream(new SlowToClose(out), null) : out;
  }

  /** Closes its file, which is then whole, and may wait before it says so. */
  final class SlowToClose extends FilterOutputStream {

    private SlowToClose(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      super.close();
      waitFor("trap.write.millis", "wait-to-write");
    }
  }

  private static boolean isExecutor() {
    return !SparkEnv.get().executorId().equals("driver");
  }

  private void waitFor(String setting, String event) throws IOException {
    int millis = getConf().getInt(setting, 0);
    if (millis > 0 && isFirst(event)) {
      try {
        Thread.sleep(millis);
      } catch (InterruptedException e) {
        throw new IOException("killed", e);
      }
    }
  }

  private boolean isFirst(String event) throws IOException {
    try {
      Files.writeString(
          java.nio.file.Path.of(getConf().get("trap.folder"), event),
          ProcessHandle.current().pid() + "\n",
          StandardOpenOption.CREATE_NEW);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    }
  }
}
