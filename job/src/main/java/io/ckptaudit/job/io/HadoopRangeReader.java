package io.ckptaudit.job.io;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.StreamCapabilities;

/**
 * One stream at a time. Seeks are lazy in every store, so a scan forward is one request; of a
 * stream opened for ranges anywhere, each read is one, unless it was said how far they go on.
 *
 * <p>A read that fails is taken up at the byte it reached, on a stream opened anew: the file is
 * proven to be the one listed each time.
 */
final class HadoopRangeReader implements RangeReader {
  /** The longest read into a heap buffer that is then copied, while a core's cache has it. */
  private static final int COPY_BYTES = 128 << 10;

  /** The same where each read may be a request of its own. */
  private static final int REQUEST_BYTES = 8 << 20;

  /** In succession, without a byte in between. */
  static final int ATTEMPTS = 4;

  /** Of one read, bytes in between or not: a store that gives a byte at a time has an end too. */
  private static final int MOST_ATTEMPTS = 20;

  /** Nothing is begun again so long after a read began: the client's own timeouts add up. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final long PAUSE_MILLIS = 200;
  private static final System.Logger LOG = System.getLogger(HadoopRangeReader.class.getName());

  /** Opens the file, proven to be the one listed. */
  interface Opener {
    Opened open() throws IOException;
  }

  /**
   * A stream, and how to find out after a read whether the file was still the same; does nothing
   * where each request names the ETag.
   */
  record Opened(FSDataInputStream stream, UnchangedCheck check) {}

  private final FileEntry file;
  private final Opener opener;
  private UnchangedCheck check;
  private FSDataInputStream stream;

  /**
   * Read from the stream, from {@link #copyStart} of the file on, and perhaps not asked for yet.
   */
  private byte[] copy = new byte[0];

  private long copyStart;
  private int copied;

  /** Where it ends what is read one after the other. */
  private long expected;

  HadoopRangeReader(FileEntry file, Opener opener) throws IOException {
    this.file = file;
    this.opener = opener;
    open();
  }

  private void open() throws IOException {
    Opened opened = opener.open();
    stream = opened.stream();
    check = opened.check();
  }

  @Override
  public long length() {
    return file.length();
  }

  @Override
  public void readFully(long position, ByteBuffer target) throws IOException {
    long bytes = target.remaining();
    if (bytes == 0) {
      return;
    }
    if (position > file.length() - bytes) {
      throw LocalRangeReader.endOfFile(file, position, bytes, file.length());
    }
    long zero = position - target.position();
    Retries retries = new Retries();
    while (target.hasRemaining()) {
      int before = target.position();
      try {
        readOn(zero + before, target);
      } catch (IOException e) {
        IOException failure = HadoopFailures.whileReading(file, e);
        closeAfter(failure);
        retries.prepare(failure, zero + target.position(), target.position() > before);
      }
    }
  }

  /** What was tried so far in one read. */
  private final class Retries {
    private final long begun = System.nanoTime();
    private int attempts;
    private int all;

    /** Waits before another attempt, or says that there is none. */
    void prepare(IOException failure, long reached, boolean advanced) throws IOException {
      attempts = advanced ? 1 : attempts + 1;
      all++;
      if (!HadoopFailures.mayPass(failure)) {
        throw failure;
      }
      boolean late = System.nanoTime() - begun > PATIENCE.toNanos();
      if (attempts >= ATTEMPTS || all >= MOST_ATTEMPTS || late) {
        throw new ReadFailedException(file, reached, attempts, failure);
      }
      LOG.log(Level.DEBUG, "Reading {0} on at byte {1} after {2}", file.uri(), reached, failure);
      pause(attempts);
    }
  }

  /** Fills the target, or as much of it as comes before a failure. */
  private void readOn(long position, ByteBuffer target) throws IOException {
    int start = target.position();
    if (stream == null) {
      open();
    }
    boolean ahead =
        !target.hasArray() && requestsAhead(Math.max(target.remaining(), expected - position));
    while (target.hasRemaining()) {
      long reached = position + (target.position() - start);
      if (readSome(reached, target, ahead) < 0) {
        check.verify(file);
        throw LocalRangeReader.endOfFile(file, reached, target.remaining(), reached);
      }
    }
  }

  /**
   * Whether the next request of the stream was made to be of so many bytes, however few are read at
   * a time. Not asked of streams that fill buffers themselves: HDFS would connect anew.
   */
  private boolean requestsAhead(long bytes) throws IOException {
    boolean can = canRequestAhead(stream);
    if (can) {
      stream.setReadahead(bytes);
    }
    return can;
  }

  private static boolean canRequestAhead(FSDataInputStream stream) {
    return stream.hasCapability(StreamCapabilities.READAHEAD)
        && !stream.hasCapability(StreamCapabilities.READBYTEBUFFER);
  }

  private int readSome(long position, ByteBuffer target, boolean ahead) throws IOException {
    if (!target.hasArray() && position >= copyStart && position < copyStart + copied) {
      return takeCopied(position, target);
    }
    if (stream.getPos() != position) {
      stream.seek(position);
    }
    if (target.hasArray()) {
      int offset = target.arrayOffset() + target.position();
      int read = stream.read(target.array(), offset, target.remaining());
      target.position(target.position() + Math.max(read, 0));
      return read;
    }
    if (stream.hasCapability(StreamCapabilities.READBYTEBUFFER)) {
      return stream.read(target);
    }
    int wanted =
        ahead
            ? Math.min(target.remaining(), COPY_BYTES)
            : (int) Math.min(Math.max(target.remaining(), expected - position), REQUEST_BYTES);
    copied = 0;
    if (copy.length < wanted) {
      copy = new byte[wanted];
    }
    int read = stream.read(copy, 0, wanted);
    copyStart = position;
    copied = Math.max(read, 0);
    return read < 0 ? read : takeCopied(position, target);
  }

  private int takeCopied(long position, ByteBuffer target) {
    int from = (int) (position - copyStart);
    int bytes = Math.min(target.remaining(), copied - from);
    target.put(copy, from, bytes);
    return bytes;
  }

  @Override
  public void expect(long end) {
    expected = end;
  }

  private static void pause(int attempt) throws InterruptedIOException {
    try {
      Thread.sleep(PAUSE_MILLIS << (attempt - 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted between two attempts to read");
    }
  }

  @Override
  public void verifyUnchanged() throws IOException {
    check.verify(file);
  }

  @Override
  public void rest() throws IOException {
    if (stream != null && stream.hasCapability(StreamCapabilities.UNBUFFER)) {
      breakOff(stream);
      stream.unbuffer();
    }
  }

  /** Lest the rest of a long request is read to its end to no purpose: S3A would. */
  private static void breakOff(FSDataInputStream stream) throws IOException {
    if (canRequestAhead(stream)) {
      stream.setReadahead((long) COPY_BYTES);
    }
  }

  private void closeAfter(IOException failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void close() throws IOException {
    FSDataInputStream open = stream;
    stream = null;
    copied = 0;
    if (open != null) {
      try (open) {
        breakOff(open);
      }
    }
  }
}
