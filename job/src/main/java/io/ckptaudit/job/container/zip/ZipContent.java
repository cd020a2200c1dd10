package io.ckptaudit.job.container.zip;

import io.ckptaudit.job.container.HeldBytes;
import io.ckptaudit.job.io.RangeReader;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The content of one member, which is small: its pickle, its version. */
public final class ZipContent {
  /** Deflate cannot do better than 1,032 times; text and pickles do some ten times. */
  private static final long HIGHEST_RATIO = 200;

  private static final int PIECE = 64 << 10;

  /** Of what is inflated, while the stream of it grows. */
  private static final int COPIES = 3;

  private ZipContent() {}

  /**
   * A file and the range in it that is the content: of the archive itself if the member is stored,
   * of memory if it is deflated.
   */
  public record Range(RangeReader file, long start, long end) {}

  /**
   * @param member that {@linkplain ZipMember#isReadable() is readable}
   * @param limit the most bytes to inflate
   * @return empty if the member is compressed in another way, beyond limit or ratio, or not
   *     deflated to what its sizes say
   * @throws IOException only if the file cannot be read
   */
  public static Optional<Range> of(RangeReader archive, ZipMember member, long limit)
      throws IOException {
    long start = member.dataOffset();
    if (member.isStored() && member.storedBytes() == member.bytes()) {
      return Optional.of(new Range(archive, start, start + member.bytes()));
    }
    boolean plausible =
        member.bytes() <= limit && member.bytes() / HIGHEST_RATIO <= member.storedBytes();
    if (!member.isDeflated() || !plausible) {
      return Optional.empty();
    }
    archive.takeHeap(COPIES * member.bytes());
    byte[] bytes = inflated(archive, member);
    return bytes == null
        ? Optional.empty()
        : Optional.of(new Range(new HeldBytes(bytes, archive), 0, bytes.length));
  }

  /** Grows with what really comes out, up to the size stated; null if it is not that size. */
  private static byte[] inflated(RangeReader archive, ZipMember member) throws IOException {
    Inflater inflater = new Inflater(true);
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] piece = new byte[PIECE];
      ByteBuffer input = ByteBuffer.allocate(PIECE);
      long done = 0;
      while (!inflater.finished() && out.size() <= member.bytes()) {
        if (inflater.needsInput()) {
          int bytes = (int) Math.min(PIECE, member.storedBytes() - done);
          if (bytes == 0) {
            return null;
          }
          input.clear().limit(bytes);
          archive.readFully(member.dataOffset() + done, input);
          done += bytes;
          inflater.setInput(input.array(), 0, bytes);
        }
        out.write(piece, 0, inflater.inflate(piece));
        if (inflater.needsDictionary()) {
          return null;
        }
      }
      return out.size() == member.bytes() && inflater.finished() ? out.toByteArray() : null;
    } catch (DataFormatException e) {
      return null;
    } finally {
      inflater.end();
    }
  }

  /**
   * The CRC-32 of a range, read piece by piece.
   *
   * @throws EOFException if the file ends before
   */
  public static int crc32(Range range) throws IOException {
    CRC32 crc = new CRC32();
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    for (long at = range.start(); at < range.end(); ) {
      int bytes = (int) Math.min(PIECE, range.end() - at);
      piece.clear().limit(bytes);
      range.file().readFully(at, piece);
      crc.update(piece.flip());
      at += bytes;
    }
    return (int) crc.getValue();
  }
}
