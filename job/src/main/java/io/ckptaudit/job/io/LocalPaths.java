package io.ckptaudit.job.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Local URIs to paths and back, byte for byte in any locale: {@link Path#of(String, String...)}
 * refuses or alters names the platform charset cannot hold, a percent-encoded URI carries any byte.
 *
 * <p>What starts with {@code file:} is percent-decoded; every other string is a path, literally.
 */
final class LocalPaths {
  private static final String SCHEME = "file:";
  private static final String UNRESERVED = "-._~/";

  private LocalPaths() {}

  static Path path(String uri) throws IOException {
    byte[] bytes = bytes(uri);
    if (bytes.length == 0) {
      throw new IOException(
          "Cannot use the path '" + uri + "': it is empty; give a file or folder");
    }
    StringBuilder encoded = new StringBuilder();
    for (byte b : bytes) {
      if (b == 0) {
        throw new IOException(
            "Cannot use the path '%s': it contains a NUL byte; give the path of a file or folder"
                .formatted(uri.replace('\0', '␀')));
      }
      append(encoded, b);
    }
    if (bytes[0] == '/') {
      return normal(Path.of(URI.create("file://" + encoded)));
    }
    String here = Path.of("").toAbsolutePath().toUri().getRawPath();
    return normal(Path.of(URI.create("file://" + here + "/" + encoded)));
  }

  /** {@code file:///…}, percent-encoded, without a trailing slash unless it is the root. */
  static String uri(Path path) {
    String raw = path.toUri().getRawPath();
    int end = raw.length();
    while (end > 1 && raw.charAt(end - 1) == '/') {
      end--;
    }
    return "file://" + raw.substring(0, end);
  }

  static String name(Path path) {
    Path last = path.getFileName();
    if (last == null) {
      return "/";
    }
    String uri = uri(path);
    return new String(
        percentDecoded(uri.substring(uri.lastIndexOf('/') + 1)), StandardCharsets.UTF_8);
  }

  /** The path part of a local URI or path, decoded. */
  static String decoded(String uri) throws IOException {
    return new String(bytes(uri), StandardCharsets.UTF_8);
  }

  /** Without "." parts; ".." stays when there is one, since what it leaves may be a link. */
  private static Path normal(Path path) {
    for (Path part : path) {
      if (part.toString().equals("..")) {
        return path;
      }
    }
    return path.normalize();
  }

  private static byte[] bytes(String uri) throws IOException {
    if (!uri.startsWith(SCHEME)) {
      return uri.getBytes(StandardCharsets.UTF_8);
    }
    String rest = uri.substring(SCHEME.length());
    if (rest.startsWith("//")) {
      int slash = rest.indexOf('/', 2);
      String host = rest.substring(2, slash < 0 ? rest.length() : slash);
      if (!host.isEmpty() && !host.equals("localhost")) {
        throw new IOException(
            "Cannot use the URI '%s': its host is '%s'; write file:///path, with three slashes"
                .formatted(uri, host));
      }
      rest = slash < 0 ? "/" : rest.substring(slash);
    }
    return percentDecoded(rest);
  }

  private static byte[] percentDecoded(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length());
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < raw.length; i++) {
      int high = raw[i] == '%' && i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
      int low = high < 0 ? -1 : Character.digit(raw[i + 2], 16);
      if (low < 0) {
        out.write(raw[i]);
      } else {
        out.write(high << 4 | low);
        i += 2;
      }
    }
    return out.toByteArray();
  }

  private static void append(StringBuilder encoded, byte b) {
    boolean literal =
        b >= '0' && b <= '9'
            || b >= 'A' && b <= 'Z'
            || b >= 'a' && b <= 'z'
            || UNRESERVED.indexOf(b) >= 0;
    if (literal) {
      encoded.append((char) b);
    } else {
      encoded.append('%').append(Character.toUpperCase(Character.forDigit(b >> 4 & 0xF, 16)));
      encoded.append(Character.toUpperCase(Character.forDigit(b & 0xF, 16)));
    }
  }
}
