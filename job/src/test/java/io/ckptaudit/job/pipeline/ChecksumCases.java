package io.ckptaudit.job.pipeline;

import static io.ckptaudit.job.testing.TorchBytes.dict;
import static io.ckptaudit.job.testing.TorchBytes.floats;
import static io.ckptaudit.job.testing.TorchBytes.zip;

import io.ckptaudit.job.testing.NamedPipe;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.job.testing.ZipBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** Row H2: promises of every kind, broken by one bit of the file or of the promise, and kept. */
final class ChecksumCases {

  static final byte[] W =
      SafetensorsBytes.file().tensor("w", "BF16", (short) 0x3F80, (short) 0x4000).bytes();

  /** The same with one bit flipped in the last weight. */
  static final byte[] FLIPPED = flipped();

  static final String SHA = digest("SHA-256", W);
  static final String OTHER = digest("SHA-256", FLIPPED);
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String FILE = "w.safetensors";
  private static final String TODO = "; download the file again from its source";
  private static final String AGAIN = "; get the checksums again from their source";

  /** Writes a checkpoint below a folder, broken or not; where it is. */
  interface Content {
    Path write(Path folder, boolean broken) throws IOException;
  }

  /**
   * @param offset of the finding in its file; null where it is about a set of files
   * @param code with which an audit of the checkpoint alone would exit
   */
  record Case(
      String name,
      Content content,
      String rule,
      String file,
      Long offset,
      String message,
      int code) {

    @Override
    public String toString() {
      return name;
    }
  }

  private ChecksumCases() {}

  private static byte[] flipped() {
    byte[] flipped = W.clone();
    flipped[flipped.length - 1] ^= 1;
    return flipped;
  }

  static String digest(String algorithm, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String gitBlob(byte[] content) {
    byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    return digest("SHA-1", header, content);
  }

  static List<Case> all() {
    return List.of(
        mismatch("sums", beside("SHA256SUMS", SHA + "  w.safetensors\n"), "SHA256SUMS at byte 0"),
        mismatch("bsd", beside("sums.sha256", "SHA256 (w.safetensors) = " + SHA), "sums.sha256"),
        mismatch("alone", beside("w.safetensors.sha256", SHA), "w.safetensors.sha256 at byte 0"),
        mismatch("pointer", beside("w.safetensors.lfs", pointer(SHA)), "w.safetensors.lfs"),
        mismatch("blob", ChecksumCases::cache, "the name of its blob"),
        mismatch("xet", ChecksumCases::twoHops, "the name of its blob"),
        mismatch("tree", ChecksumCases::tree, "trees/" + COMMIT + ".json"),
        mismatch(
            "metadata",
            metadata("\"" + SHA + "\""),
            ".cache/huggingface/download/w.safetensors.metadata"),
        gitSha1(),
        meta(),
        size(),
        malformed(
            "digits",
            SHA.substring(1),
            "the checksum of 'w.safetensors' has 63 digits, which no checksum has"),
        malformed(
            "kind",
            digest("MD5", W),
            "the checksum of 'w.safetensors' has 32 digits, which a sha256 has not"),
        malformed("words", "sha", "the line is no checksum and name of a file"),
        etag(),
        brokenTree(),
        absent(),
        out("SHA256SUMS"),
        out(".cache/huggingface/download/w.safetensors.metadata"),
        pipe(),
        member());
  }

  private static Case mismatch(String name, Content content, String source) {
    String message =
        "Cannot trust the bytes in w.safetensors at byte 0: its %s bytes have the sha256 %s, and %s"
            .formatted(W.length, OTHER, source);
    return new Case(name, content, "CHECKSUM_MISMATCH", FILE, 0L, message, 10);
  }

  /** A file that may have flipped, and a promise beside it. */
  private static Content beside(String name, String promise) {
    return (folder, broken) -> {
      write(folder.resolve(name), promise);
      return write(folder.resolve(FILE), broken ? FLIPPED : W).getParent();
    };
  }

  private static Path write(Path file, byte[] content) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.write(file, content);
  }

  private static Path write(Path file, String content) throws IOException {
    return write(file, content.getBytes(StandardCharsets.UTF_8));
  }

  private static String pointer(String sha256) {
    return "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n"
        .formatted(sha256, W.length);
  }

  private static Path snapshot(Path folder) throws IOException {
    return Files.createDirectories(folder.resolve("models--o--n/snapshots/" + COMMIT));
  }

  private static Path cache(Path folder, boolean broken) throws IOException {
    write(folder.resolve("models--o--n/blobs/" + SHA), broken ? FLIPPED : W);
    Path snapshot = snapshot(folder);
    Files.createSymbolicLink(snapshot.resolve(FILE), Path.of("../../blobs", SHA));
    return snapshot;
  }

  /** The blob is a link on to a store whose names are other hashes of as many digits. */
  private static Path twoHops(Path folder, boolean broken) throws IOException {
    String xet = "ab" + SHA.substring(2);
    write(folder.resolve("blobs/ab/" + xet), broken ? FLIPPED : W);
    Path snapshot = snapshot(folder);
    Path blob = folder.resolve("models--o--n/blobs/" + SHA);
    Files.createDirectories(blob.getParent());
    Files.createSymbolicLink(blob, Path.of("../../blobs/ab", xet));
    Files.createSymbolicLink(snapshot.resolve(FILE), Path.of("../../blobs", SHA));
    return snapshot;
  }

  /** A cache on a file system without links. */
  private static Path tree(Path folder, boolean broken) throws IOException {
    String entry =
        "{\"size\":%s,\"blob_id\":\"%s\",\"lfs_sha256\":\"%s\",\"lfs_size\":%s,\"xet_hash\":null}"
            .formatted(W.length, COMMIT, SHA, W.length);
    write(
        folder.resolve("models--o--n/trees/" + COMMIT + ".json"),
        "{\"format_version\":1,\"files\":{\"w.safetensors\":" + entry + "}}");
    return write(snapshot(folder).resolve(FILE), broken ? FLIPPED : W).getParent();
  }

  private static Content metadata(String etag) {
    return beside(
        ".cache/huggingface/download/w.safetensors.metadata",
        COMMIT + "\n" + etag + "\n1700000000.5\n");
  }

  private static Case gitSha1() {
    String message =
        "Cannot trust the bytes in w.safetensors at byte 0: its %s bytes have the git blob sha1 %s, and .cache/huggingface/download/w.safetensors.metadata promises %s%s"
            .formatted(W.length, gitBlob(FLIPPED), gitBlob(W), TODO);
    return new Case("git", metadata(gitBlob(W)), "CHECKSUM_MISMATCH", FILE, 0L, message, 10);
  }

  /** As Meta's releases have it: row I6. */
  private static Case meta() {
    byte[] weights = zip(dict(p -> p.text("w").vector("FloatStorage", "0", 4)), floats(4)).bytes();
    String right = digest("MD5", weights);
    String wrong = digest("MD5", W);
    Content content =
        (folder, broken) -> {
          write(folder.resolve("params.json"), "{}");
          write(
              folder.resolve("checklist.chk"),
              right + "  params.json\n" + (broken ? wrong : right) + "  consolidated.00.pth\n");
          return write(folder.resolve("consolidated.00.pth"), weights).getParent();
        };
    String message =
        "Cannot trust the bytes in consolidated.00.pth at byte 0: its %s bytes have the md5 %s, and checklist.chk at byte 46 promises %s%s"
            .formatted(weights.length, right, wrong, TODO);
    return new Case("meta", content, "CHECKSUM_MISMATCH", "consolidated.00.pth", 0L, message, 10);
  }

  private static Case size() {
    Content content =
        (folder, broken) -> {
          String text = broken ? pointer(SHA).replace("size ", "size 1") : pointer(SHA);
          return beside("w.safetensors.lfs", text).write(folder, false);
        };
    String message =
        "Cannot trust the bytes in w.safetensors at byte 0: its %s bytes have the sha256 %s, and w.safetensors.lfs promises 1%s bytes of %s%s"
            .formatted(W.length, SHA, W.length, SHA, TODO);
    return new Case("size", content, "CHECKSUM_MISMATCH", FILE, 0L, message, 10);
  }

  private static Case malformed(String name, String digest, String why) {
    String line = digest.equals("sha") ? "sha\n" : digest + "  w.safetensors\n";
    Content content =
        (folder, broken) ->
            beside("SHA256SUMS", "# ours\n" + (broken ? line : "") + SHA + " *./w.safetensors\r\n")
                .write(folder, false);
    String message = "Cannot use a promised checksum in SHA256SUMS at byte 7: " + why + AGAIN;
    return new Case("malformed-" + name, content, "CHECKSUM_PROMISE", "SHA256SUMS", 7L, message, 0);
  }

  private static Case etag() {
    String name = ".cache/huggingface/download/w.safetensors.metadata";
    Content content =
        (folder, broken) -> {
          write(folder.resolve("MD5SUMS"), digest("MD5", W) + "  w.safetensors\n");
          return metadata(broken ? "abc-2" : SHA).write(folder, false);
        };
    String message =
        "Cannot use a promised checksum in "
            + name
            + " at byte 41: its ETag 'abc-2' is neither a sha256 nor git's sha1"
            + AGAIN;
    return new Case("malformed-etag", content, "CHECKSUM_PROMISE", name, 41L, message, 0);
  }

  private static Case brokenTree() {
    Content content =
        (folder, broken) -> {
          Path snapshot = cache(folder, false);
          write(
              folder.resolve("models--o--n/trees/" + COMMIT + ".json"),
              broken ? "{\"files\":{\"a\":}" : "{\"files\":{}}");
          return snapshot;
        };
    String name = "trees/" + COMMIT + ".json";
    String message = "Cannot use a promised checksum in " + name + " at byte 14: ";
    return new Case("malformed-tree", content, "CHECKSUM_PROMISE", name, 14L, message, 0);
  }

  private static Case absent() {
    Content content =
        (folder, broken) ->
            beside(
                    "SHA256SUMS",
                    SHA
                        + "  w.safetensors\n"
                        + OTHER
                        + (broken ? "  model-2.safetensors\n" : "  model-2.bin\n"))
                .write(folder, false);
    String message =
        "Cannot verify the file 'model-2.safetensors' named in SHA256SUMS: the folder does not have it; download it from its source, if it belongs to the checkpoint";
    return new Case("absent", content, "CHECKSUM_ABSENT", "SHA256SUMS", null, message, 0);
  }

  /** A link to a secret of somebody else, whose second line would be quoted as an ETag. */
  private static Case out(String name) {
    Content content =
        (folder, broken) -> {
          Path secret =
              write(folder.resolve("../../secret").normalize(), COMMIT + "\n" + SHA + "\n");
          Path link = folder.resolve(name);
          Files.createDirectories(link.getParent());
          if (broken) {
            Files.createSymbolicLink(link, secret);
          }
          return beside("MD5SUMS", digest("MD5", W) + "  w.safetensors\n").write(folder, false);
        };
    String message =
        "Cannot use a promised checksum in "
            + name
            + " at byte 0: it is a link that leads out of the folder"
            + AGAIN;
    String row = "out-" + name.substring(name.lastIndexOf('/') + 1);
    return new Case(row, content, "CHECKSUM_PROMISE", name, 0L, message, 0);
  }

  private static Case pipe() {
    Content content =
        (folder, broken) -> {
          Path list = Files.createDirectories(folder).resolve("SHA256SUMS");
          if (broken) {
            NamedPipe.make(list);
          }
          return beside("MD5SUMS", digest("MD5", W) + "  w.safetensors\n").write(folder, false);
        };
    String message =
        "Cannot use a promised checksum in SHA256SUMS at byte 0: it is a FIFO, a device or a broken link, not a file"
            + AGAIN;
    return new Case("pipe", content, "CHECKSUM_PROMISE", "SHA256SUMS", 0L, message, 0);
  }

  /** Row T15 for a storage of two views with bytes between them that nobody reads otherwise. */
  private static Case member() {
    byte[] pickle =
        dict(
            p -> {
              long[] ten = {10};
              long[] one = {1};
              p.text("v").tensor("FloatStorage", "0", 100, 20, ten, one);
              p.text("w").tensor("FloatStorage", "0", 100, 25, ten, one);
            });
    byte[] storage = floats(100);
    byte[] other = storage.clone();
    other[99 * 4] ^= 1;
    ZipBytes sound = zip(pickle, storage);
    byte[] soundBytes = sound.bytes();
    byte[] brokenBytes = soundBytes.clone();
    int at = (int) sound.dataOffset("archive/data/0");
    System.arraycopy(other, 0, brokenBytes, at, other.length);
    Content content =
        (folder, broken) -> {
          byte[] bytes = broken ? brokenBytes : soundBytes;
          write(folder.resolve("SHA256SUMS"), digest("SHA-256", bytes) + "  w.pth\n");
          return write(folder.resolve("w.pth"), bytes).getParent();
        };
    String message =
        "Cannot trust the member 'archive/data/0' in w.pth at byte "
            + at
            + ": its 400 bytes have the CRC-32 ";
    return new Case("member", content, "PT_CRC", "w.pth", (long) at, message, 10);
  }
}
