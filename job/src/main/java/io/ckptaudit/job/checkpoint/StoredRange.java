package io.ckptaudit.job.checkpoint;

import java.io.Serializable;

/**
 * A part of a file of which the file itself records the CRC-32, and which no single tensor covers:
 * it is verified where every byte of the file is read.
 *
 * @param name of the part in the file, any characters
 * @param offset absolute in the file; ranges of a file share no byte
 */
public record StoredRange(String name, long offset, long bytes, int crc32)
    implements Serializable {}
