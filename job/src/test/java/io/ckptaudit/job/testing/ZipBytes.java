package io.ckptaudit.job.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes zip archives as torch does: stored, with descriptors, aligned; or broken on purpose. */
public final class ZipBytes {
  private static final int ALIGNMENT = 64;

  /** One member, and everything that can be a lie about it. */
  public static final class Member {
    public String name;
    public String localName;
    public byte[] stored;
    public long bytes;
    public long localBytes;
    public int method;
    public int flags = 0x808;
    public int crc32;
    public boolean zip64Extra;
    public Long headerAt;
    public byte[] before = {};
    private long writtenAt;
    private long dataAt;
    private long recordAt;

    private Member(String name, byte[] content) {
      this.name = name;
      this.localName = name;
      this.stored = content.clone();
      this.bytes = content.length;
      CRC32 crc = new CRC32();
      crc.update(content);
      this.crc32 = (int) crc.getValue();
    }

    public Member deflate() {
      Deflater deflater = new Deflater(9, true);
      deflater.setInput(stored);
      deflater.finish();
      byte[] out = new byte[stored.length + 64];
      int length = deflater.deflate(out);
      deflater.end();
      stored = Arrays.copyOf(out, length);
      method = 8;
      return this;
    }
  }

  private final List<Member> members = new ArrayList<>();
  private byte[] prefix = {};
  private byte[] comment = {};
  private byte[] suffix = {};
  private boolean zip64 = true;
  private Integer statedMembers;

  public static ZipBytes archive() {
    return new ZipBytes();
  }

  public ZipBytes add(String name, byte[] content) {
    return add(name, content, member -> {});
  }

  public ZipBytes add(String name, String content) {
    return add(name, content.getBytes(StandardCharsets.UTF_8));
  }

  public ZipBytes add(String name, byte[] content, Consumer<Member> change) {
    Member member = new Member(name, content);
    change.accept(member);
    members.add(member);
    return this;
  }

  /** Bytes before the archive; its offsets do not count them. */
  public ZipBytes prefix(byte... bytes) {
    prefix = bytes.clone();
    return this;
  }

  public ZipBytes comment(byte... bytes) {
    comment = bytes.clone();
    return this;
  }

  public ZipBytes suffix(byte... bytes) {
    suffix = bytes.clone();
    return this;
  }

  public ZipBytes withoutZip64() {
    zip64 = false;
    return this;
  }

  public ZipBytes statedMembers(int count) {
    statedMembers = count;
    return this;
  }

  /** Where the content of a member lies, once {@link #bytes} was called. */
  public long dataOffset(String name) {
    return members.stream().filter(m -> m.name.equals(name)).findFirst().orElseThrow().dataAt
        + prefix.length;
  }

  /** Where the central record of a member lies, once {@link #bytes} was called. */
  public long recordOffset(String name) {
    return members.stream().filter(m -> m.name.equals(name)).findFirst().orElseThrow().recordAt
        + prefix.length;
  }

  /** The same of the last member. */
  public long lastRecordOffset() {
    return members.get(members.size() - 1).recordAt + prefix.length;
  }

  /** Where the local header of a member lies, once {@link #bytes} was called. */
  public long headerOffset(String name) {
    return members.stream().filter(m -> m.name.equals(name)).findFirst().orElseThrow().writtenAt
        + prefix.length;
  }

  public byte[] bytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    members.forEach(member -> writeLocal(out, member));
    long directory = out.size();
    for (Member member : members) {
      member.recordAt = out.size();
      out.writeBytes(central(member));
    }
    long directoryBytes = out.size() - directory;
    int count = statedMembers == null ? members.size() : statedMembers;
    if (zip64) {
      out.writeBytes(zip64End(count, directory, directoryBytes));
    }
    ByteBuffer end = little(22 + comment.length).putInt(0x06054B50).putInt(0);
    short narrow = (short) Math.min(count, 0xFFFF);
    end.putShort(narrow).putShort(narrow);
    end.putInt((int) directoryBytes).putInt((int) directory);
    out.writeBytes(end.putShort((short) comment.length).put(comment).array());
    out.writeBytes(suffix);
    byte[] body = out.toByteArray();
    return ByteBuffer.allocate(prefix.length + body.length).put(prefix).put(body).array();
  }

  private static byte[] zip64End(int count, long directory, long directoryBytes) {
    ByteBuffer end = little(76).putInt(0x06064B50).putLong(44).putShort((short) 798);
    end.putShort((short) 45).putInt(0).putInt(0).putLong(count).putLong(count);
    end.putLong(directoryBytes).putLong(directory);
    return end.putInt(0x07064B50).putInt(0).putLong(directory + directoryBytes).putInt(1).array();
  }

  private void writeLocal(ByteArrayOutputStream out, Member member) {
    out.writeBytes(member.before);
    member.writtenAt = out.size();
    byte[] name = member.localName.getBytes(StandardCharsets.UTF_8);
    long unpadded = member.writtenAt + 30 + name.length + 4;
    int padding = (int) Math.floorMod(-unpadded, (long) ALIGNMENT);
    boolean later = (member.flags & 8) != 0;
    ByteBuffer header = little(30 + name.length + 4 + padding).putInt(0x04034B50);
    header.putShort((short) 0).putShort((short) member.flags).putShort((short) member.method);
    header.putInt(0).putInt(later ? 0 : member.crc32);
    header.putInt(later ? 0 : member.stored.length);
    header.putInt((int) (later ? member.localBytes : member.bytes));
    header.putShort((short) name.length).putShort((short) (4 + padding)).put(name);
    header.put((byte) 'F').put((byte) 'B').putShort((short) padding);
    while (header.hasRemaining()) {
      header.put((byte) 'Z');
    }
    out.writeBytes(header.array());
    member.dataAt = out.size();
    out.writeBytes(member.stored);
    if (later) {
      ByteBuffer descriptor = little(16).putInt(0x08074B50).putInt(member.crc32);
      out.writeBytes(descriptor.putInt(member.stored.length).putInt((int) member.bytes).array());
    }
  }

  private static byte[] central(Member member) {
    byte[] name = member.name.getBytes(StandardCharsets.UTF_8);
    int extra = member.zip64Extra ? 28 : 0;
    long at = member.headerAt == null ? member.writtenAt : member.headerAt;
    ByteBuffer record = little(46 + name.length + extra).putInt(0x02014B50).putInt(0);
    record.putShort((short) member.flags).putShort((short) member.method).putInt(0);
    record.putInt(member.crc32);
    record.putInt(member.zip64Extra ? -1 : member.stored.length);
    record.putInt(member.zip64Extra ? -1 : (int) member.bytes);
    record.putShort((short) name.length).putShort((short) extra).putShort((short) 0);
    record.putShort((short) 0).putShort((short) 0).putInt(0);
    record.putInt(member.zip64Extra ? -1 : (int) at).put(name);
    if (member.zip64Extra) {
      record.putShort((short) 1).putShort((short) 24).putLong(member.bytes);
      record.putLong(member.stored.length).putLong(at);
    }
    return record.array();
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
