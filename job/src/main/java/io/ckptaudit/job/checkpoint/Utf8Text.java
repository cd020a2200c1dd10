package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A byte range of a file as text: strict UTF-8 (no overlong form, no surrogate, no byte order
 * mark), read in pieces of bounded size however long the range is, and able to say at which byte a
 * character stands. Does not close the file.
 */
public final class Utf8Text extends Reader {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int CHUNK_CHARS = 1 << 13;
  private static final int LONGEST_SEQUENCE = 4;
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final RangeReader file;
  private final long end;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final ByteBuffer bytes;
  private final CharBuffer chars = CharBuffer.allocate(CHUNK_CHARS).limit(0);

  /** Where the bytes end that are in the buffer, absolute in the file. */
  private long loadedEnd;

  /** Characters decoded so far, and where each decoded chunk begins in characters and bytes. */
  private long decodedChars;

  private int chunks;
  private long[] chunkChars = new long[16];
  private long[] chunkBytes = new long[16];

  /** The chunk that {@link #byteOffset} read last; null before the first. */
  private byte[] again;

  private int againChunk;

  /**
   * @param length checked against the length of the file by the caller
   */
  public Utf8Text(RangeReader file, long start, long length) {
    this.file = file;
    this.end = start + length;
    this.loadedEnd = start;
    this.bytes = ByteBuffer.allocate((int) Math.min(length, CHUNK_BYTES)).limit(0);
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!chars.hasRemaining() && !decode()) {
      return -1;
    }
    int count = Math.min(length, chars.remaining());
    chars.get(target, offset, count);
    return count;
  }

  private boolean decode() throws IOException {
    chars.clear();
    long chunkStart = loadedEnd - bytes.remaining();
    while (chars.position() == 0) {
      if (loadedEnd < end && bytes.remaining() < LONGEST_SEQUENCE) {
        load();
      }
      if (!bytes.hasRemaining()) {
        chars.limit(0);
        return false;
      }
      CoderResult result = decoder.decode(bytes, chars, loadedEnd == end);
      if (result.isError() && chars.position() == 0) {
        throw malformed();
      }
    }
    chars.flip();
    remember(decodedChars, chunkStart);
    if (decodedChars == 0) {
      rejectOtherEncodings(chunkStart);
    }
    decodedChars += chars.remaining();
    return true;
  }

  private void load() throws IOException {
    bytes.compact();
    int wanted = (int) Math.min(bytes.remaining(), end - loadedEnd);
    ByteBuffer tail = bytes.slice(bytes.position(), wanted);
    file.readFully(loadedEnd, tail);
    bytes.position(bytes.position() + wanted);
    bytes.flip();
    loadedEnd += wanted;
  }

  private MalformedTextException malformed() {
    long offset = loadedEnd - bytes.remaining();
    return new MalformedTextException(
        "byte 0x" + HEX.toHexDigits(bytes.get(bytes.position())) + " is not UTF-8", offset, false);
  }

  /** UTF-16 text of ASCII characters is valid UTF-8 full of NULs. */
  private void rejectOtherEncodings(long start) throws MalformedTextException {
    char first = chars.get(0);
    char second = chars.remaining() > 1 ? chars.get(1) : 'x';
    if (first == '\uFEFF') {
      throw new MalformedTextException("it begins with a byte order mark", start, true);
    }
    if (first == 0 && second != 0 || first != 0 && second == 0) {
      throw new MalformedTextException(
          first == 0 ? "it is UTF-16BE, not UTF-8" : "it is UTF-16LE, not UTF-8", start, true);
    }
  }

  private void remember(long charOffset, long byteOffset) {
    if (chunks == chunkChars.length) {
      chunkChars = Arrays.copyOf(chunkChars, chunks * 2);
      chunkBytes = Arrays.copyOf(chunkBytes, chunks * 2);
    }
    chunkChars[chunks] = charOffset;
    chunkBytes[chunks] = byteOffset;
    chunks++;
  }

  /**
   * Where a character that was read begins, absolute in the file. Cheap where only ASCII is near,
   * or where one asks in the order of the text.
   *
   * @param charOffset in UTF-16 units from the start of the text
   * @throws IOException if the bytes before it, read once more, cannot be
   */
  public long byteOffset(long charOffset) throws IOException {
    if (chunks == 0) {
      return loadedEnd;
    }
    int found = Arrays.binarySearch(chunkChars, 0, chunks, charOffset);
    int chunk = found >= 0 ? found : Math.max(0, -found - 2);
    long start = chunkBytes[chunk];
    boolean last = chunk + 1 == chunks;
    long bytesHere = (last ? loadedEnd - bytes.remaining() : chunkBytes[chunk + 1]) - start;
    long charsHere = (last ? decodedChars : chunkChars[chunk + 1]) - chunkChars[chunk];
    long wanted = charOffset - chunkChars[chunk];
    if (bytesHere == charsHere) {
      return start + Math.min(wanted, bytesHere);
    }
    if (again == null || againChunk != chunk) {
      ByteBuffer content = ByteBuffer.allocate((int) bytesHere);
      file.readFully(start, content);
      again = content.array();
      againChunk = chunk;
    }
    return start + bytesOf(again, wanted);
  }

  private static int bytesOf(byte[] utf8, long units) {
    int at = 0;
    long seen = 0;
    while (at < utf8.length && seen < units) {
      int lead = utf8[at] & 0xFF;
      int width = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      seen += width == 4 ? 2 : 1;
      at += width;
    }
    return at;
  }

  @Override
  public void close() {}
}
