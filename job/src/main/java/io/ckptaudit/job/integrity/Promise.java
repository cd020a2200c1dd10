package io.ckptaudit.job.integrity;

import java.io.Serializable;
import java.util.Locale;

/**
 * What somebody says that a file is.
 *
 * @param digest hexadecimal digits, small
 * @param bytes its length; null if that is not said
 * @param source who says it: the name of a file beside, and where in it, safe to print
 */
public record Promise(DigestKind kind, String digest, Long bytes, String source)
    implements Serializable {

  public Promise {
    digest = digest.toLowerCase(Locale.ROOT);
  }
}
