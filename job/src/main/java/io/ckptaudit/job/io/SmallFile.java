package io.ckptaudit.job.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;

/** Files read or written whole. */
final class SmallFile {

  /** Listings of a file that others replace at the same time. */
  private static final int LISTINGS = 10;

  private SmallFile() {}

  /** Lists a file and reads it. */
  @FunctionalInterface
  interface Reading {
    byte[] read() throws IOException;
  }

  /** What a file is that others may replace as a whole: read as listed, or else listed anew. */
  static byte[] whole(Reading reading) throws IOException {
    for (int listing = 1; ; listing++) {
      try {
        return reading.read();
      } catch (FileChangedException e) {
        if (listing == LISTINGS) {
          throw e;
        }
      }
    }
  }

  static void verifyLength(FileEntry file, int limit) throws IOException {
    if (file.length() > limit) {
      throw new IOException(
          "Cannot read %s whole: it has %s bytes and at most %s are expected; check that it is the right file"
              .formatted(file.uri(), file.length(), limit));
    }
  }

  static byte[] read(RangeReader reader) throws IOException {
    byte[] content = new byte[Math.toIntExact(reader.length())];
    reader.readFully(0, ByteBuffer.wrap(content));
    return content;
  }

  static FileAlreadyExistsException alreadyExists(String uri, Exception cause) {
    FileAlreadyExistsException exists =
        new FileAlreadyExistsException(
            uri, null, "Cannot create it: something is there already; choose another name");
    exists.initCause(cause);
    return exists;
  }
}
