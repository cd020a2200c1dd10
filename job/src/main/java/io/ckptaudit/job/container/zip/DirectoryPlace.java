package io.ckptaudit.job.container.zip;

/**
 * Where the central directory is.
 *
 * @param start of its first record in the file
 * @param bytes of all records; they end before the end records
 * @param members as many as the end record states
 */
record DirectoryPlace(long start, long bytes, long members) {
  long end() {
    return start + bytes;
  }
}
