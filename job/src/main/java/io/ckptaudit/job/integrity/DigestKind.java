package io.ckptaudit.job.integrity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A checksum that is promised of files, in hexadecimal digits. */
public enum DigestKind {
  MD5("MD5", "md5", 32),
  SHA1("SHA-1", "sha1", 40),
  /** How git names the content of a file: a SHA-1 over a header with its length, then the bytes. */
  GIT_BLOB("SHA-1", "git blob sha1", 40),
  SHA256("SHA-256", "sha256", 64),
  SHA512("SHA-512", "sha512", 128);

  private final String algorithm;
  private final String label;
  private final int digits;

  DigestKind(String algorithm, String label, int digits) {
    this.algorithm = algorithm;
    this.label = label;
    this.digits = digits;
  }

  /** As people write it. */
  public String label() {
    return label;
  }

  /** A digest that has seen nothing of a file of this length yet. */
  public MessageDigest newDigest(long fileLength) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      if (this == GIT_BLOB) {
        digest.update(("blob " + fileLength + "\0").getBytes(StandardCharsets.US_ASCII));
      }
      return digest;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has " + algorithm, e);
    }
  }

  /** The kind that a list of checksums can mean by so many digits; git's are in no list. */
  static Optional<DigestKind> ofDigits(int digits) {
    return Stream.of(values())
        .filter(kind -> kind != GIT_BLOB && kind.digits == digits)
        .findFirst();
  }

  /** The kind that a hub's ETag of so many digits is: SHA-256 of large files, git's of others. */
  static Optional<DigestKind> ofEtag(String etag) {
    return Stream.of(SHA256, GIT_BLOB)
        .filter(kind -> etag.length() == kind.digits && isHexadecimal(etag))
        .findFirst();
  }

  /** The kind whose name a file name contains, such as {@code SHA256SUMS} or {@code w.md5}. */
  static Optional<DigestKind> namedIn(String fileName) {
    String lower = fileName.toLowerCase(Locale.ROOT);
    return Stream.of(MD5, SHA1, SHA256, SHA512)
        .filter(kind -> lower.contains(kind.label))
        .findFirst();
  }

  static boolean isHexadecimal(String text) {
    return !text.isEmpty() && text.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 128);
  }
}
