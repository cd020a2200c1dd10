package io.ckptaudit.job.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.security.AccessControlException;

/** What the exceptions of stores mean. Those of S3A go by name: its classes need not be there. */
final class HadoopFailures {

  /** A missing bucket is no missing file to S3A. */
  private static final String NO_BUCKET = "UnknownStoreException";

  /** A GET for another ETag than the store has now; no ETag where there was one. */
  private static final Set<String> CHANGED =
      Set.of("RemoteFileChangedException", "NoVersionAttributeException");

  /** S3 says it with status 400 instead of 403. */
  private static final Pattern EXPIRED =
      Pattern.compile("ExpiredToken|InvalidToken|TokenRefreshRequired");

  private HadoopFailures() {}

  /** The failure as one of ours, or as it is where it is none of those. */
  static IOException sentence(String uri, IOException failure) {
    if (failure instanceof FileNotFoundException || isNamed(failure, NO_BUCKET)) {
      return absent(uri, failure);
    }
    boolean denied =
        failure instanceof AccessDeniedException || failure instanceof AccessControlException;
    return denied || EXPIRED.matcher(String.valueOf(failure.getMessage())).find()
        ? new AccessRefusedException(uri, failure)
        : failure;
  }

  /** As {@link #sentence}, of a file that was listed. */
  static IOException whileReading(FileEntry file, IOException failure) {
    if (CHANGED.stream().anyMatch(name -> isNamed(failure, name))) {
      FileChangedException changed = new FileChangedException(file, "another");
      changed.initCause(failure);
      return changed;
    }
    return sentence(file.uri(), failure);
  }

  /** Whether the same read may succeed on a stream opened anew. */
  static boolean mayPass(IOException failure) {
    return !(failure instanceof FileChangedException
        || failure instanceof FileNotFoundException
        || failure instanceof AccessRefusedException
        || failure instanceof ClosedByInterruptException
        || failure.getClass() == InterruptedIOException.class
        || Thread.currentThread().isInterrupted());
  }

  private static boolean isNamed(IOException failure, String name) {
    return failure.getClass().getSimpleName().equals(name);
  }

  private static FileNotFoundException absent(String uri, IOException cause) {
    FileNotFoundException absent =
        new FileNotFoundException(
            "Cannot find '%s': no such file or folder; check the spelling, the bucket and the rights"
                .formatted(uri));
    absent.initCause(cause);
    return absent;
  }
}
