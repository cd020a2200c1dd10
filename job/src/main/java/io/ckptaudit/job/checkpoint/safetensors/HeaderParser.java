package io.ckptaudit.job.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.StrictJson;
import io.ckptaudit.job.checkpoint.Utf8Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The JSON of one header, as a stream: what it declares and every way in which it must not. */
final class HeaderParser {
  private static final int LONGEST_PLAIN_NAME = 1024;
  private static final String DOWNLOAD = "download the file again from its source";
  private static final String REWRITE = "rewrite the file with the safetensors library";

  private final Utf8Text text;
  private final String file;
  private final Problems problems;
  private final List<DeclaredTensor> tensors = new ArrayList<>();
  private final Map<String, Integer> byName = new HashMap<>();
  private long metadataAt = -1;
  private String sharding;
  private long shardingAt = -1;
  private boolean complete;

  HeaderParser(Utf8Text text, String file, Problems problems) {
    this.text = text;
    this.file = file;
    this.problems = problems;
  }

  /** Whether the header was read to the end of its object; one that was not declares nothing. */
  boolean isComplete() {
    return complete;
  }

  /** In the order of the header; of a name that stands twice only the last is sound. */
  List<DeclaredTensor> tensors() {
    return tensors;
  }

  /** What the metadata says of slices, not yet believed to be JSON; null if nothing. */
  String sharding() {
    return sharding;
  }

  /** Where it says so; −1 if it does not. */
  long shardingAt() {
    return shardingAt;
  }

  /** Of all entries, sound or not. */
  Set<String> names() {
    return byName.keySet();
  }

  void parse(JsonParser json) throws IOException {
    JsonToken first = json.nextToken();
    if (first != JsonToken.START_OBJECT) {
      problems.add(malformed(json, first == null ? "it is blank" : "it is not an object"));
      return;
    }
    if (json.currentTokenLocation().getCharOffset() > 0) {
      problems.add(whiteSpace());
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      long nameAt = json.currentTokenLocation().getCharOffset();
      json.nextToken();
      if (name.equals(SafetensorsFormat.METADATA)) {
        metadata(json, nameAt);
      } else {
        tensor(json, name, nameAt);
      }
    }
    complete = true;
    if (json.nextToken() != null) {
      problems.add(malformed(json, "something follows its end"));
    }
  }

  private Problem whiteSpace() {
    return Problem.info(FormatRule.ST_HEADER_JSON, "Cannot find '{' at the start of the header")
        .in(file)
        .at(SafetensorsFormat.PREFIX_BYTES)
        .because("white space stands before it")
        .reference("accepts it")
        .todo(REWRITE);
  }

  private Problem malformed(JsonParser json, String why) throws IOException {
    JsonLocation at = json.currentTokenLocation();
    return Problem.error(FormatRule.ST_HEADER_JSON, "Cannot parse the header")
        .in(file)
        .at(text.byteOffset(Math.max(0, at.getCharOffset())))
        .because("%s (line %d, column %d)", why, at.getLineNr(), Math.max(1, at.getColumnNr()))
        .reference("InvalidHeaderDeserialization")
        .todo(DOWNLOAD);
  }

  private void tensor(JsonParser json, String name, long nameAt) throws IOException {
    DeclaredTensor declared = new EntryParser(json, text, file, problems, name, nameAt).parse();
    if (!isTrustedName(name, nameAt)) {
      declared = declared.unsound();
    }
    Integer earlier = byName.put(name, tensors.size());
    if (earlier != null) {
      boolean sameRange = tensors.get(earlier).isPlacedAs(declared);
      String reference = sameRange ? "takes the last" : "InvalidOffset";
      duplicate(name, tensors.get(earlier).nameAt(), nameAt, reference);
      tensors.set(earlier, tensors.get(earlier).unsound());
    }
    tensors.add(declared);
  }

  private void duplicate(String key, long earlierAt, long laterAt, String reference)
      throws IOException {
    if (!problems.wants(FormatRule.ST_DUPLICATE_KEY, Severity.ERROR)) {
      return;
    }
    long earlier = text.byteOffset(earlierAt);
    long later = text.byteOffset(laterAt);
    problems.keep(
        Problem.error(
                FormatRule.ST_DUPLICATE_KEY,
                "Cannot tell which entry " + Quoted.of(key) + " is meant")
            .in(file)
            .at(later)
            .because("the same key stands at byte %d and at byte %d", earlier, later)
            .reference(reference)
            .todo("do not trust the file; get it from its source"));
  }

  private boolean isTrustedName(String name, long nameAt) throws IOException {
    if (StrictJson.hasLoneSurrogate(name)) {
      loneSurrogate(name, nameAt);
      return false;
    }
    String oddity = oddity(name);
    if (oddity != null && problems.wants(FormatRule.ST_NAME, Severity.WARNING)) {
      problems.keep(
          Problem.warning(FormatRule.ST_NAME, "Cannot vouch for the name")
              .in(file)
              .tensor(name)
              .at(text.byteOffset(nameAt))
              .because("it %s", oddity)
              .reference("accepts it")
              .todo("never use the name as a path, nor print it unescaped"));
    }
    return true;
  }

  private static String oddity(String name) {
    if (name.isEmpty()) {
      return "is empty";
    }
    if (!Quoted.isPrintable(name)) {
      return "has control or format characters";
    }
    if (name.startsWith("/") || name.contains("../") || name.contains("..\\")) {
      return "looks like a path";
    }
    return name.length() > LONGEST_PLAIN_NAME ? "has " + name.length() + " characters" : null;
  }

  private void loneSurrogate(String string, long at) throws IOException {
    if (problems.wants(FormatRule.ST_HEADER_ENCODING, Severity.ERROR)) {
      problems.keep(
          Problem.error(
                  FormatRule.ST_HEADER_ENCODING, "Cannot decode the string " + Quoted.of(string))
              .in(file)
              .at(text.byteOffset(at))
              .because("an escape in it is half of a surrogate pair")
              .reference("InvalidHeaderDeserialization")
              .todo(DOWNLOAD));
    }
  }

  private void metadata(JsonParser json, long nameAt) throws IOException {
    if (metadataAt >= 0) {
      duplicate(SafetensorsFormat.METADATA, metadataAt, nameAt, "InvalidHeaderDeserialization");
    }
    metadataAt = nameAt;
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      nullMetadata(nameAt);
    } else if (json.currentToken() == JsonToken.START_OBJECT) {
      metadataEntries(json);
    } else {
      badMetadata(nameAt, "it is not an object");
      json.skipChildren();
    }
  }

  private void metadataEntries(JsonParser json) throws IOException {
    Map<String, Long> keys = new HashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      long keyAt = json.currentTokenLocation().getCharOffset();
      Long earlierAt = keys.put(key, keyAt);
      if (earlierAt != null) {
        duplicate(key, earlierAt, keyAt, "takes the last");
      }
      if (json.nextToken() != JsonToken.VALUE_STRING) {
        badMetadata(keyAt, "the value of " + Quoted.of(key) + " is not a string");
        json.skipChildren();
      } else if (StrictJson.hasLoneSurrogate(key) || StrictJson.hasLoneSurrogate(json.getText())) {
        loneSurrogate(key, keyAt);
      } else if (key.equals(SafetensorsFormat.SHARDING)) {
        sharding = json.getText();
        shardingAt = text.byteOffset(keyAt);
      }
    }
  }

  private void nullMetadata(long at) throws IOException {
    if (problems.wants(FormatRule.ST_METADATA, Severity.INFO)) {
      problems.keep(
          metadataProblem(Problem.info(FormatRule.ST_METADATA, "Cannot read the metadata"), at)
              .because("it is null")
              .reference("accepts it")
              .todo(REWRITE));
    }
  }

  private void badMetadata(long at, String why) throws IOException {
    if (problems.wants(FormatRule.ST_METADATA, Severity.ERROR)) {
      problems.keep(
          metadataProblem(Problem.error(FormatRule.ST_METADATA, "Cannot read the metadata"), at)
              .because("%s", why)
              .reference("InvalidHeaderDeserialization")
              .todo(REWRITE));
    }
  }

  private Problem.Sentence metadataProblem(Problem.Sentence sentence, long at) throws IOException {
    return sentence.in(file).at(text.byteOffset(at));
  }
}
