package io.ckptaudit.job.container.zip;

/**
 * A member of an archive as the central directory has it.
 *
 * @param name any characters; UTF-8, or else one character per byte
 * @param method 0 stored, 8 deflated
 * @param crc32 as recorded, if the archive {@linkplain ZipArchive#recordsCrc32 records any}
 * @param storedBytes as they lie in the file
 * @param bytes of the content
 * @param recordOffset of its central record in the file
 * @param headerOffset of its local header in the file, as stated
 * @param dataOffset of the stored bytes in the file, which are proven to lie between local header
 *     and central directory and to be shared with no other member; −1 if that cannot be said
 */
public record ZipMember(
    String name,
    int flags,
    int method,
    int crc32,
    long storedBytes,
    long bytes,
    long recordOffset,
    long headerOffset,
    long dataOffset) {

  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  public boolean isStored() {
    return method == STORED;
  }

  public boolean isDeflated() {
    return method == DEFLATED;
  }

  /** Whether its bytes can be read, compressed or not. */
  public boolean isReadable() {
    return dataOffset >= 0 && (flags & ZipFormat.REFUSED_FLAGS) == 0;
  }

  ZipMember withDataAt(long offset) {
    return new ZipMember(
        name, flags, method, crc32, storedBytes, bytes, recordOffset, headerOffset, offset);
  }
}
