package io.ckptaudit.job.container.zip;

import static io.ckptaudit.job.container.zip.EndRecords.unsigned16;
import static io.ckptaudit.job.container.zip.EndRecords.unsigned32;

import io.ckptaudit.job.container.ByteWindow;
import io.ckptaudit.job.container.zip.ZipFault.Kind;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Goes through the members by place and finds their data: local headers must agree with the
 * directory, and members must follow one another without sharing a byte.
 */
final class LocalHeaders {
  private static final int MOST_HOLES = 100;

  private final ByteWindow window;
  private final ZipFaults faults;

  /** Where the member before ends, its descriptor included. */
  private long covered;

  /** Bytes of no member, or of one that could not be placed. */
  private final List<long[]> holes = new ArrayList<>();

  private boolean allPlaced = true;

  LocalHeaders(RangeReader file, DirectoryPlace place, ZipFaults faults) {
    this.window = new ByteWindow(file, place.start());
    this.faults = faults;
  }

  /** The same members in the same order, with the places of those whose data is certain. */
  List<ZipMember> verify(List<ZipMember> listed) throws IOException {
    ZipMember[] members = listed.toArray(ZipMember[]::new);
    Integer[] byPlace = IntStream.range(0, members.length).boxed().toArray(Integer[]::new);
    Arrays.sort(
        byPlace,
        Comparator.comparingLong((Integer i) -> members[i].headerOffset())
            .thenComparingInt(i -> i));
    for (int i : byPlace) {
      if (members[i].headerOffset() >= 0) {
        members[i] = members[i].withDataAt(dataOf(members[i]));
      }
    }
    if (covered < window.end()) {
      holes.add(new long[] {covered, window.end()});
    }
    if (allPlaced) {
      holes.stream().limit(MOST_HOLES).forEach(this::report);
    }
    return List.of(members);
  }

  private void report(long[] hole) {
    faults.add(
        Kind.POLYGLOT,
        hole[0],
        "bytes [" + hole[0] + ", " + hole[1] + ") belong to no member of the archive");
  }

  /** Where the data begins, or −1 with a fault. */
  private long dataOf(ZipMember member) throws IOException {
    long at = member.headerOffset();
    if (!window.has(at, ZipFormat.LOCAL_HEADER_BYTES)) {
      return bad(member, at, "its local header would be in the central directory or beyond");
    }
    if (at < covered) {
      return bad(member, at, "it overlaps the member before, which ends at byte " + covered);
    }
    ByteBuffer fixed = window.at(at, ZipFormat.LOCAL_HEADER_BYTES);
    if (fixed.getInt(0) != ZipFormat.LOCAL_HEADER) {
      return bad(member, at, "it has no local header there");
    }
    int nameBytes = unsigned16(fixed, 26);
    int extraBytes = unsigned16(fixed, 28);
    long data = at + ZipFormat.LOCAL_HEADER_BYTES + nameBytes + extraBytes;
    if (!window.has(data, member.storedBytes())) {
      return bad(
          member,
          at,
          "its " + member.storedBytes() + " bytes would reach into the central directory");
    }
    ByteBuffer header = window.at(at, (int) (data - at));
    Optional<String> contradiction = contradiction(member, header, nameBytes, extraBytes);
    if (contradiction.isPresent()) {
      return bad(member, at, contradiction.get());
    }
    return placed(member, at, data);
  }

  private long placed(ZipMember member, long at, long data) throws IOException {
    long end = data + member.storedBytes();
    long covers = end;
    if ((member.flags() & ZipFormat.DESCRIPTOR_FLAG) != 0) {
      long descriptor = descriptorBytes(member, end);
      if (descriptor < 0) {
        return bad(member, end, "its data descriptor contradicts the central directory");
      }
      covers = end + descriptor;
    }
    if (at > covered) {
      holes.add(new long[] {covered, at});
    }
    covered = covers;
    return data;
  }

  private long bad(ZipMember member, long at, String why) {
    allPlaced = false;
    faults.add(Kind.INCONSISTENT, at, member.name(), why);
    return -1;
  }

  private static Optional<String> contradiction(
      ZipMember member, ByteBuffer header, int nameBytes, int extraBytes) {
    String name = CentralDirectory.text(header.slice(ZipFormat.LOCAL_HEADER_BYTES, nameBytes));
    if (!name.equals(member.name())) {
      return Optional.of("its local header has another name, of " + name.length() + " characters");
    }
    if (member.isStored() && member.storedBytes() != member.bytes()) {
      return Optional.of("it is stored and has two sizes");
    }
    if (unsigned16(header, 8) != member.method() || unsigned16(header, 6) != member.flags()) {
      return Optional.of("its local header has another method or other flags");
    }
    ByteBuffer extra =
        header
            .slice(ZipFormat.LOCAL_HEADER_BYTES + nameBytes, extraBytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    WideNumbers wide = new WideNumbers(extra, unsigned32(header, 22), unsigned32(header, 18), 0);
    boolean later = (member.flags() & ZipFormat.DESCRIPTOR_FLAG) != 0;
    int crc = header.getInt(14);
    boolean same =
        wide.fault() == null
            && agrees(wide.bytes(), member.bytes(), later)
            && agrees(wide.stored(), member.storedBytes(), later)
            && agrees(crc, member.crc32(), later);
    return same ? Optional.empty() : Optional.of("its local header has other sizes or another CRC");
  }

  /** Where a descriptor follows, the header may leave a number at 0. */
  private static boolean agrees(long local, long central, boolean later) {
    return local == central || later && local == 0;
  }

  /** CRC and sizes of 4 or 8 bytes, with or without a signature before; −1 if there is none. */
  private long descriptorBytes(ZipMember member, long at) throws IOException {
    for (int size : new int[] {4, 8}) {
      for (int signature : new int[] {4, 0}) {
        int bytes = signature + 4 + 2 * size;
        if (window.has(at, bytes) && describes(window.at(at, bytes), member, signature, size)) {
          return bytes;
        }
      }
    }
    return -1;
  }

  private static boolean describes(ByteBuffer bytes, ZipMember member, int signature, int size) {
    if (signature > 0 && bytes.getInt(0) != ZipFormat.DESCRIPTOR) {
      return false;
    }
    long stored = size == 4 ? unsigned32(bytes, signature + 4) : bytes.getLong(signature + 4);
    long content = size == 4 ? unsigned32(bytes, signature + 8) : bytes.getLong(signature + 12);
    return bytes.getInt(signature) == member.crc32()
        && stored == member.storedBytes()
        && content == member.bytes();
  }
}
