package io.ckptaudit.job.checkpoint;

import java.util.Locale;

/** The CRC-32 that an archive records of a member, held against its bytes. */
public final class StoredChecksum {
  private StoredChecksum() {}

  /** What to say of a part of a file, of no single tensor, that has another one. */
  public static Problem mismatch(String file, StoredRange range, int found) {
    String both = String.format(Locale.ROOT, "%08x and %08x is recorded", found, range.crc32());
    return Problem.error(FormatRule.PT_CRC, "Cannot trust the member " + Quoted.of(range.name()))
        .in(file)
        .at(range.offset())
        .because("its %d bytes have the CRC-32 %s", range.bytes(), both)
        .reference("does not check it")
        .todo("download the file again from its source");
  }

  /** What to say of a slice whose bytes have another one. */
  public static Problem mismatch(String file, String tensor, Slice slice, int found) {
    String both = String.format(Locale.ROOT, "%08x and %08x is recorded", found, slice.crc32());
    return Problem.error(FormatRule.PT_CRC, "Cannot trust the values of tensor")
        .in(file)
        .tensor(tensor)
        .at(slice.offset())
        .because("its %d bytes have the CRC-32 %s", slice.bytes(), both)
        .reference("does not check it")
        .todo("download the file again from its source");
  }
}
