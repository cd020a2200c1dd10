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

  /** What it says to a HEAD has no body, hence no code: a bad request is all that is left of it. */
  private static final String BAD_REQUEST = "AWSBadRequestException";

  private static final String OF_HEAD = "getFileStatus on ";

  private HadoopFailures() {}

  /** The failure as one of ours, or as it is where it is none of those. */
  static IOException sentence(String uri, IOException failure) {
    if (failure instanceof FileNotFoundException || isNamed(failure, NO_BUCKET)) {
      return absent(uri, failure);
    }
    return isRefusal(failure) ? new AccessRefusedException(uri, failure) : failure;
  }

  private static boolean isRefusal(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return failure instanceof AccessDeniedException
        || failure instanceof AccessControlException
        || EXPIRED.matcher(message).find()
        || isNamed(failure, BAD_REQUEST) && message.startsWith(OF_HEAD);
  }

  /** As {@link #sentence}, and a sentence where it is none of ours. */
  static IOException whileLooking(String uri, IOException failure) {
    IOException ours = sentence(uri, failure);
    return ours == failure && mayPass(failure)
        ? new IOException(
            "Cannot look into '%s': %s; check the store and run the audit again"
                .formatted(uri, failure.getMessage()),
            failure)
        : ours;
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
