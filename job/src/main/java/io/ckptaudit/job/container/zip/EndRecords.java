package io.ckptaudit.job.container.zip;

import io.ckptaudit.job.container.ByteWindow;
import io.ckptaudit.job.container.zip.ZipFault.Kind;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the end record and through it the directory. Readers search from the end of the file, and
 * disagree about what they find if there are two: so that is a fault.
 */
final class EndRecords {
  /** What of hostile signatures in the tail is looked at. */
  private static final int MOST_CANDIDATES = 64;

  private final RangeReader file;
  private final ByteWindow window;
  private final ZipFaults faults;

  EndRecords(RangeReader file, ZipFaults faults) {
    this.file = file;
    this.window = new ByteWindow(file, file.length());
    this.faults = faults;
  }

  /** A place the end record at {@code end} states; a reason instead of it if it is impossible. */
  private record Candidate(long end, DirectoryPlace place, Kind kind, String reason) {}

  Optional<DirectoryPlace> directory() throws IOException {
    List<Candidate> candidates = candidates();
    if (candidates.isEmpty()) {
      faults.add(Kind.TRUNCATED, file.length(), "it has no end of central directory");
      return Optional.empty();
    }
    Optional<Candidate> found = candidates.stream().filter(c -> c.place != null).findFirst();
    if (found.isEmpty()) {
      Candidate last = candidates.get(0);
      faults.add(last.kind, last.end, last.reason);
      return Optional.empty();
    }
    Candidate taken = found.get();
    if (taken.kind != null) {
      faults.add(taken.kind, taken.end, taken.reason);
    }
    for (Candidate other : candidates) {
      if (other != taken && (other.place != null || other.end > taken.end)) {
        faults.add(
            Kind.POLYGLOT,
            other.end,
            "it has another end of central directory; the one at byte " + taken.end + " is taken");
      }
    }
    verifyNothingFollows(taken.end);
    return Optional.of(taken.place);
  }

  private void verifyNothingFollows(long end) throws IOException {
    ByteBuffer record = window.at(end, ZipFormat.END_RECORD_BYTES);
    long after = end + ZipFormat.END_RECORD_BYTES + unsigned16(record, 20);
    if (after < file.length()) {
      faults.add(Kind.POLYGLOT, after, (file.length() - after) + " bytes follow the archive");
    }
  }

  /** From the last to the first. */
  private List<Candidate> candidates() throws IOException {
    long span = ZipFormat.END_RECORD_BYTES + (long) ZipFormat.LONGEST_COMMENT;
    int tailBytes = (int) Math.min(file.length(), span);
    long tailStart = file.length() - tailBytes;
    ByteBuffer tail = ByteBuffer.allocate(tailBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(tailStart, tail);
    List<Candidate> candidates = new ArrayList<>();
    for (int at = tailBytes - ZipFormat.END_RECORD_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == ZipFormat.END_RECORD && candidates.size() < MOST_CANDIDATES) {
        candidates.add(candidate(tailStart + at));
      }
    }
    return candidates;
  }

  private Candidate candidate(long end) throws IOException {
    ByteBuffer record = window.at(end, ZipFormat.END_RECORD_BYTES);
    int members = unsigned16(record, 10);
    long bytes = unsigned32(record, 12);
    long start = unsigned32(record, 16);
    if (unsigned16(record, 4) != 0 || unsigned16(record, 6) != 0) {
      return refused(end, Kind.INCONSISTENT, "it is one of several disks");
    }
    if (unsigned16(record, 8) != members) {
      return refused(end, Kind.INCONSISTENT, "it states two numbers of members");
    }
    boolean full =
        members == ZipFormat.FULL_16 || bytes == ZipFormat.FULL_32 || start == ZipFormat.FULL_32;
    long locator = end - ZipFormat.ZIP64_LOCATOR_BYTES;
    boolean located = locator >= 0 && window.at(locator, 4).getInt(0) == ZipFormat.ZIP64_LOCATOR;
    if (located) {
      return zip64(end, locator, members, bytes, start);
    }
    return full && start == ZipFormat.FULL_32
        ? refused(end, Kind.ZIP64, "its numbers need 64 bits, and it has no zip64 locator")
        : placed(end, new DirectoryPlace(start, bytes, members), end);
  }

  private Candidate zip64(long end, long locator, int members, long bytes, long start)
      throws IOException {
    long at = window.at(locator, ZipFormat.ZIP64_LOCATOR_BYTES).getLong(8);
    if (!isZip64End(at, locator)) {
      long beside = locator - ZipFormat.ZIP64_END_RECORD_BYTES;
      return at >= 0 && at < beside && isZip64End(beside, locator)
          ? refused(end, Kind.POLYGLOT, (beside - at) + " bytes were put before it")
          : refused(
              end, Kind.ZIP64, "it has no zip64 end record at byte " + Long.toUnsignedString(at));
    }
    ByteBuffer record = window.at(at, ZipFormat.ZIP64_END_RECORD_BYTES);
    DirectoryPlace place =
        new DirectoryPlace(record.getLong(48), record.getLong(40), record.getLong(32));
    if (place.start() < 0 || place.bytes() < 0 || place.members() < 0) {
      return refused(end, Kind.ZIP64, "its zip64 numbers are beyond 2^63-1");
    }
    if (differs(members, place.members(), ZipFormat.FULL_16)
        || differs(bytes, place.bytes(), ZipFormat.FULL_32)
        || differs(start, place.start(), ZipFormat.FULL_32)) {
      Candidate candidate = placed(end, place, at);
      return new Candidate(
          end, candidate.place, Kind.ZIP64, "its zip64 end record contradicts its end record");
    }
    return placed(end, place, at);
  }

  /** Whether a record there ends where the locator begins. */
  private boolean isZip64End(long at, long locator) throws IOException {
    if (at < 0 || at > locator - ZipFormat.ZIP64_END_RECORD_BYTES) {
      return false;
    }
    ByteBuffer record = window.at(at, ZipFormat.ZIP64_END_RECORD_BYTES);
    return record.getInt(0) == ZipFormat.ZIP64_END_RECORD && record.getLong(4) == locator - at - 12;
  }

  private static boolean differs(long narrow, long wide, long full) {
    return narrow != full && narrow != wide;
  }

  /**
   * @param limit where the first end record begins, and so the directory should end
   */
  private Candidate placed(long end, DirectoryPlace place, long limit) throws IOException {
    if (place.start() > limit || place.bytes() > limit - place.start()) {
      return refused(
          end,
          Kind.TRUNCATED,
          "its central directory of "
              + place.bytes()
              + " bytes at byte "
              + place.start()
              + " would reach beyond its end record");
    }
    if (place.bytes() > ZipFormat.LONGEST_DIRECTORY) {
      return refused(
          end,
          Kind.TRUNCATED,
          "its central directory has " + place.bytes() + " bytes, beyond the limit");
    }
    if (beginsAt(place.start(), place.bytes())) {
      long gap = limit - place.end();
      return gap == 0
          ? new Candidate(end, place, null, null)
          : new Candidate(
              end, place, Kind.POLYGLOT, gap + " bytes lie between the directory and its end");
    }
    long shifted = limit - place.bytes();
    boolean prefixed = place.bytes() > 0 && beginsAt(shifted, place.bytes());
    return prefixed
        ? refused(end, Kind.POLYGLOT, (shifted - place.start()) + " bytes were put before it")
        : refused(end, Kind.TRUNCATED, "it has no central directory at byte " + place.start());
  }

  private boolean beginsAt(long start, long bytes) throws IOException {
    return bytes == 0
        || bytes >= ZipFormat.CENTRAL_RECORD_BYTES
            && window.at(start, 4).getInt(0) == ZipFormat.CENTRAL_RECORD;
  }

  private static Candidate refused(long end, Kind kind, String reason) {
    return new Candidate(end, null, kind, reason);
  }

  static int unsigned16(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  static long unsigned32(ByteBuffer bytes, int at) {
    return Integer.toUnsignedLong(bytes.getInt(at));
  }
}
