package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** What a file that is not what its name says seems to be, by its first bytes. */
public enum FileKind {
  EMPTY("an empty file"),
  LFS_POINTER("a Git LFS pointer"),
  HTML("an HTML page"),
  XML("an XML document"),
  JSON("a JSON document"),
  ZEROS("nothing but zero bytes"),
  ZIP("a ZIP archive"),
  PDF("a PDF document"),
  GZIP("a gzip archive"),
  SEVEN_ZIP("a 7z archive"),
  GGUF("a GGUF file"),
  PICKLE("a Python pickle"),
  HDF5("an HDF5 file"),
  NUMPY("a NumPy array"),
  PARQUET("a Parquet file"),
  TAR("a tar archive"),
  ELF("an ELF program"),
  APPLE_DOUBLE("a macOS resource fork");

  /** What {@link #of} needs to see, at most. */
  public static final int PREFIX_BYTES = 512;

  private static final String LFS = "version https://git-lfs.github.com/spec/";
  private static final int TAR_MAGIC_AT = 257;

  private final String label;

  FileKind(String label) {
    this.label = label;
  }

  /** As in "it is a ZIP archive". */
  public String label() {
    return label;
  }

  /** The bytes at a place of the file, as many as {@link #of} needs and the file has. */
  public static byte[] prefix(RangeReader file, long position) throws IOException {
    byte[] prefix = new byte[(int) Math.min(PREFIX_BYTES, file.length() - position)];
    file.readFully(position, ByteBuffer.wrap(prefix));
    return prefix;
  }

  /** The kind that begins like this; empty for an unknown one. */
  public static Optional<FileKind> of(byte[] prefix) {
    String text = new String(prefix, StandardCharsets.ISO_8859_1);
    String lower = text.stripLeading().toLowerCase(Locale.ROOT);
    if (prefix.length == 0) {
      return Optional.of(EMPTY);
    }
    if (text.startsWith(LFS)) {
      return Optional.of(LFS_POINTER);
    }
    if (lower.startsWith("<!doctype html") || lower.startsWith("<html")) {
      return Optional.of(HTML);
    }
    if (lower.startsWith("<?xml") || lower.startsWith("<error>")) {
      return Optional.of(XML);
    }
    if (lower.startsWith("{\"") || lower.startsWith("{\n") || lower.startsWith("[{")) {
      return Optional.of(JSON);
    }
    return prefix.length >= 16 && text.chars().allMatch(c -> c == 0)
        ? Optional.of(ZEROS)
        : byMagic(text);
  }

  private static Optional<FileKind> byMagic(String text) {
    if (text.startsWith("ustar", TAR_MAGIC_AT)) {
      return Optional.of(TAR);
    }
    for (Magic magic : Magic.values()) {
      if (text.startsWith(magic.bytes)) {
        return Optional.of(magic.kind);
      }
    }
    return Optional.empty();
  }

  /** The object id of a Git LFS pointer and the size of what it stands for, in words. */
  public static String lfsObject(byte[] prefix) {
    String oid = "of an unnamed object";
    String size = "";
    for (String line : new String(prefix, StandardCharsets.ISO_8859_1).split("\n")) {
      if (line.startsWith("oid ")) {
        oid = "for " + Quoted.plain(line.substring(4).strip());
      } else if (line.startsWith("size ")) {
        size = " of " + Quoted.plain(line.substring(5).strip()) + " bytes";
      }
    }
    return oid + size;
  }

  private enum Magic {
    ZIP("PK\3\4", FileKind.ZIP),
    ZIP_EMPTY("PK\5\6", FileKind.ZIP),
    PDF("%PDF-", FileKind.PDF),
    GZIP("\u001f\u008b", FileKind.GZIP),
    SEVEN_ZIP("7z\u00bc\u00af\u0027\u001c", FileKind.SEVEN_ZIP),
    GGUF("GGUF", FileKind.GGUF),
    PICKLE_2("\u0080\2", FileKind.PICKLE),
    PICKLE_3("\u0080\3", FileKind.PICKLE),
    PICKLE_4("\u0080\4\u0095", FileKind.PICKLE),
    PICKLE_5("\u0080\5\u0095", FileKind.PICKLE),
    HDF5("\u0089HDF\r\n", FileKind.HDF5),
    NUMPY("\u0093NUMPY", FileKind.NUMPY),
    PARQUET("PAR1", FileKind.PARQUET),
    ELF("\177ELF", FileKind.ELF),
    APPLE_DOUBLE("\0\5\26\7", FileKind.APPLE_DOUBLE);

    private final String bytes;
    private final FileKind kind;

    Magic(String bytes, FileKind kind) {
      this.bytes = bytes;
      this.kind = kind;
    }
  }
}
