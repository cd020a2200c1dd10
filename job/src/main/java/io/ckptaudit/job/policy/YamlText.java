package io.ckptaudit.job.policy;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The text of a YAML file.
 *
 * @param file its name, for messages
 * @param subject what it is, for messages
 */
record YamlText(String text, String sha256, String file, String subject) {

  /**
   * @throws InvalidPolicyException if it is not UTF-8
   */
  static YamlText of(byte[] content, String file, String subject) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
      return new YamlText(text, sha256(content), file, subject);
    } catch (CharacterCodingException e) {
      YamlText unread = new YamlText("", "", file, subject);
      throw new InvalidPolicyException("it is not UTF-8", unread, 0, "save it as UTF-8");
    }
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
