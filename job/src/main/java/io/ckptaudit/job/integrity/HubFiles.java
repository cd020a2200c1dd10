package io.ckptaudit.job.integrity;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.ckptaudit.job.checkpoint.MalformedTextException;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.StrictJson;
import io.ckptaudit.job.checkpoint.Utf8Text;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the client of the HuggingFace hub notes of the files it downloads: {@code
 * trees/<commit>.json} in a cache, and {@code <file>.metadata} in a folder that was downloaded to.
 */
final class HubFiles {
  private static final String LFS_SHA256 = "lfs_sha256";
  private static final String BLOB_ID = "blob_id";
  private static final String SIZE = "size";
  private static final int LINES_BEFORE_ETAG = 1;

  private HubFiles() {}

  /**
   * The second line of such a file is the ETag: the SHA-256 of a large file, git's name of another.
   */
  static Optional<Promise> metadata(byte[] content, String name, Problems problems) {
    String text = new String(content, StandardCharsets.ISO_8859_1);
    String[] lines = text.split("\n", -1);
    String etag =
        lines.length > LINES_BEFORE_ETAG
            ? lines[LINES_BEFORE_ETAG].strip().replaceFirst("^W/", "").replace("\"", "")
            : "";
    Optional<DigestKind> kind = DigestKind.ofEtag(etag);
    if (kind.isEmpty()) {
      int at = lines.length > LINES_BEFORE_ETAG ? lines[0].length() + 1 : content.length;
      problems.add(
          ChecksumList.unusable(
              name, "its ETag " + Quoted.of(etag) + " is neither a sha256 nor git's sha1", at));
    }
    return kind.map(is -> new Promise(is, etag, null, Quoted.plain(name)));
  }

  /** The files of a commit by their paths; what was understood of it, if it is malformed. */
  static Map<String, Promise> tree(RangeReader file, String name, Problems problems)
      throws IOException {
    Map<String, Promise> promises = new HashMap<>();
    Utf8Text text = new Utf8Text(file, 0, file.length());
    try (JsonParser json = StrictJson.parser(text)) {
      try {
        if (!readTree(json, name, promises)) {
          problems.add(ChecksumList.unusable(name, "it is not one JSON object of files", 0));
        }
      } catch (JsonProcessingException e) {
        StrictJson.Failure failure = StrictJson.failure(json, e);
        long at = text.byteOffset(failure.charOffset());
        problems.add(ChecksumList.unusable(name, failure.inWords(), at));
      }
    } catch (MalformedTextException e) {
      problems.add(ChecksumList.unusable(name, e.getMessage(), e.byteOffset()));
    }
    return promises;
  }

  private static boolean readTree(JsonParser json, String name, Map<String, Promise> promises)
      throws IOException {
    boolean files = false;
    if (json.nextToken() != JsonToken.START_OBJECT) {
      return false;
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean ofFiles = json.currentName().equals("files");
      if (json.nextToken() == JsonToken.START_OBJECT && ofFiles) {
        readFiles(json, name, promises);
        files = true;
      } else {
        json.skipChildren();
      }
    }
    return json.nextToken() == null && files;
  }

  private static void readFiles(JsonParser json, String name, Map<String, Promise> promises)
      throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String path = json.currentName();
      if (json.nextToken() == JsonToken.START_OBJECT) {
        readFile(json, name).ifPresent(promise -> promises.put(path, promise));
      } else {
        json.skipChildren();
      }
    }
  }

  /** A large file has the SHA-256 of its bytes; {@code blob_id} is then that of its pointer. */
  private static Optional<Promise> readFile(JsonParser json, String name) throws IOException {
    Map<String, String> texts = new HashMap<>();
    Long size = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      JsonToken value = json.nextToken();
      if (value == JsonToken.VALUE_STRING) {
        texts.put(key, json.getText());
      } else if (key.equals(SIZE) && value == JsonToken.VALUE_NUMBER_INT) {
        size = json.getLongValue();
      } else {
        json.skipChildren();
      }
    }
    String digest = texts.getOrDefault(LFS_SHA256, texts.getOrDefault(BLOB_ID, ""));
    Long bytes = size;
    return DigestKind.ofEtag(digest)
        .map(kind -> new Promise(kind, digest, bytes, Quoted.plain(name)));
  }
}
