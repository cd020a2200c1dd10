package io.ckptaudit.job.container.zip;

import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The members of a zip archive in the order of its directory, and what is wrong with it. */
public final class ZipArchive {
  private final List<ZipMember> members;
  private final List<ZipFault> faults;
  private final Map<String, ZipMember> firstByName = new HashMap<>();

  private final boolean recordsCrc32;

  private ZipArchive(List<ZipMember> members, List<ZipFault> faults) {
    this.members = members;
    this.faults = faults;
    this.recordsCrc32 = members.stream().anyMatch(member -> member.crc32() != 0);
    members.forEach(member -> firstByName.putIfAbsent(caseless(member.name()), member));
  }

  /**
   * Reads directory and local headers. An archive without a directory has no members, and a fault.
   *
   * @throws IOException only if the file cannot be read
   */
  public static ZipArchive read(RangeReader file) throws IOException {
    ZipFaults faults = new ZipFaults();
    Optional<DirectoryPlace> place = new EndRecords(file, faults).directory();
    if (place.isEmpty()) {
      return new ZipArchive(List.of(), faults.all());
    }
    List<ZipMember> listed = new CentralDirectory(file, place.get(), faults).members();
    List<ZipMember> members = new LocalHeaders(file, place.get(), faults).verify(listed);
    return new ZipArchive(members, faults.all());
  }

  /** Whether the end of a file looks like that of an archive, whatever its beginning is. */
  public static boolean endsLikeOne(RangeReader file) throws IOException {
    ZipFaults faults = new ZipFaults();
    return new EndRecords(file, faults).directory().isPresent()
        || faults.all().stream().anyMatch(fault -> fault.kind() == ZipFault.Kind.POLYGLOT);
  }

  public List<ZipMember> members() {
    return members;
  }

  public List<ZipFault> faults() {
    return faults;
  }

  /** Whether CRC-32s are recorded; else all are 0. Then a 0 is one too, as that of no bytes. */
  public boolean recordsCrc32() {
    return recordsCrc32;
  }

  /** The first member of a name, in letters of any case: the one that torch's reader takes. */
  public Optional<ZipMember> find(String name) {
    return Optional.ofNullable(firstByName.get(caseless(name)));
  }

  static String caseless(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
