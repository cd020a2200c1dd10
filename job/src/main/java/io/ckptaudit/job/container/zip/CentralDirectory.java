package io.ckptaudit.job.container.zip;

import static io.ckptaudit.job.container.zip.EndRecords.unsigned16;
import static io.ckptaudit.job.container.zip.EndRecords.unsigned32;

import io.ckptaudit.job.container.ByteWindow;
import io.ckptaudit.job.container.zip.ZipFault.Kind;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The records of a central directory, one after the other. */
final class CentralDirectory {
  /** A record of 46 bytes and a short name becomes a member, its names and their places in maps. */
  private static final int HEAP_PER_BYTE = 7;

  private final RangeReader file;
  private final ByteWindow window;
  private final DirectoryPlace place;
  private final ZipFaults faults;
  private final List<ZipMember> members = new ArrayList<>();
  private final Map<String, String> names = new HashMap<>();

  CentralDirectory(RangeReader file, DirectoryPlace place, ZipFaults faults) {
    this.file = file;
    this.window = new ByteWindow(file, place.end());
    this.place = place;
    this.faults = faults;
  }

  /** All of them, as far as records follow one another; where their data is is yet to be seen. */
  List<ZipMember> members() throws IOException {
    file.takeHeap(HEAP_PER_BYTE * place.bytes());
    long at = place.start();
    while (at < place.end()) {
      file.verifyTime(at);
      Optional<Integer> bytes = record(at);
      if (bytes.isEmpty()) {
        return members;
      }
      at += bytes.get();
    }
    if (members.size() != place.members()) {
      faults.add(
          Kind.INCONSISTENT,
          place.start(),
          "its directory has "
              + members.size()
              + " members and its end record states "
              + Long.toUnsignedString(place.members()));
    }
    return members;
  }

  /** Reads a record; its length, or nothing if it is none. */
  private Optional<Integer> record(long at) throws IOException {
    if (!window.has(at, ZipFormat.CENTRAL_RECORD_BYTES)) {
      faults.add(Kind.TRUNCATED, at, "its central directory ends inside a record");
      return Optional.empty();
    }
    ByteBuffer fixed = window.at(at, ZipFormat.CENTRAL_RECORD_BYTES);
    int nameBytes = unsigned16(fixed, 28);
    int extraBytes = unsigned16(fixed, 30);
    int bytes = ZipFormat.CENTRAL_RECORD_BYTES + nameBytes + extraBytes + unsigned16(fixed, 32);
    if (fixed.getInt(0) != ZipFormat.CENTRAL_RECORD || !window.has(at, bytes)) {
      faults.add(Kind.TRUNCATED, at, "its central directory has no whole record there");
      return Optional.empty();
    }
    ByteBuffer record = window.at(at, bytes);
    String name = text(record.slice(ZipFormat.CENTRAL_RECORD_BYTES, nameBytes));
    ByteBuffer extra =
        record
            .slice(ZipFormat.CENTRAL_RECORD_BYTES + nameBytes, extraBytes)
            .order(ByteOrder.LITTLE_ENDIAN);
    add(at, name, record, extra);
    return Optional.of(bytes);
  }

  private void add(long at, String name, ByteBuffer record, ByteBuffer extra) {
    int flags = unsigned16(record, 8);
    WideNumbers wide =
        new WideNumbers(
            extra, unsigned32(record, 24), unsigned32(record, 20), unsigned32(record, 42));
    boolean sound = wide.fault() == null && unsigned16(record, 34) == 0;
    if (!sound) {
      String why = wide.fault() == null ? "it lies on another disk" : wide.fault();
      faults.add(Kind.ZIP64, at, name, why);
    }
    if ((flags & ZipFormat.REFUSED_FLAGS) != 0) {
      String shown = Integer.toHexString(flags & ZipFormat.REFUSED_FLAGS);
      faults.add(Kind.FLAGS, at, name, "its flags 0x" + shown + " mean encrypted or patched");
    }
    String other = names.putIfAbsent(ZipArchive.caseless(name), name);
    if (other != null) {
      faults.add(
          Kind.AMBIGUOUS,
          at,
          name,
          other.equals(name) ? "its name is there twice" : "its name differs in case alone");
    }
    members.add(
        new ZipMember(
            name,
            flags,
            unsigned16(record, 10),
            record.getInt(16),
            sound ? wide.stored() : 0,
            sound ? wide.bytes() : 0,
            at,
            sound ? wide.header() : -1,
            -1));
  }

  /** UTF-8 where it is that, whatever the flags say; else a character per byte. */
  static String text(ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
    } catch (CharacterCodingException e) {
      return StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString();
    }
  }
}
