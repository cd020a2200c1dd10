package io.ckptaudit.job.checkpoint.torch;

/**
 * Where the elements of a storage are in the file, proven to be there.
 *
 * @param crc32 as recorded; null if it is not
 */
record Region(long offset, long bytes, Integer crc32) {}
