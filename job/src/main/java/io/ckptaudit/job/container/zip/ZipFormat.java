package io.ckptaudit.job.container.zip;

/**
 * The layout of a zip archive, little-endian throughout:
 *
 * <pre>
 * local header, name, extra, data, data descriptor   for each member
 * central record, name, extra, comment               for each member: the central directory
 * zip64 end record, zip64 locator                    where a number needs more than 32 bits
 * end record, comment
 * </pre>
 *
 * Numbers that do not fit are all ones, and stand in the extra field of id 1. Source: PKWARE
 * APPNOTE 6.3.10, sections 4.3 to 4.5; what torch does is read from miniz 2.1 as it ships it.
 */
final class ZipFormat {
  static final int LOCAL_HEADER = 0x04034B50;
  static final int CENTRAL_RECORD = 0x02014B50;
  static final int DESCRIPTOR = 0x08074B50;
  static final int END_RECORD = 0x06054B50;
  static final int ZIP64_END_RECORD = 0x06064B50;
  static final int ZIP64_LOCATOR = 0x07064B50;

  static final int LOCAL_HEADER_BYTES = 30;
  static final int CENTRAL_RECORD_BYTES = 46;
  static final int END_RECORD_BYTES = 22;
  static final int ZIP64_END_RECORD_BYTES = 56;
  static final int ZIP64_LOCATOR_BYTES = 20;
  static final int LONGEST_COMMENT = 0xFFFF;

  /**
   * Central directories beyond it are refused: those of torch's with a million members are below.
   */
  static final long LONGEST_DIRECTORY = 96L << 20;

  static final int ZIP64_EXTRA = 1;
  static final long FULL_32 = 0xFFFFFFFFL;
  static final int FULL_16 = 0xFFFF;

  /** Encrypted, compressed patch, strongly encrypted, masked headers. */
  static final int REFUSED_FLAGS = 0x1 | 0x20 | 0x40 | 0x2000;

  /** Sizes and CRC stand behind the data, and the local header has zeros. */
  static final int DESCRIPTOR_FLAG = 0x8;

  static final int UTF8_FLAG = 0x800;

  private ZipFormat() {}
}
