package io.ckptaudit.job.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code *.index.json}: which file holds which tensor.
 *
 * @param files file by tensor; the names of files are what the index says, not yet trusted
 * @param places the byte of the index at which each file is named first
 * @param totalSize null if the index states none
 */
record ShardIndex(Map<String, String> files, Map<String, Long> places, TotalSize totalSize) {

  /**
   * @param at the byte of the index at which it stands
   */
  record TotalSize(BigDecimal bytes, long at) {}

  private static final int LONGEST = 64 << 20;

  /** A size that a file system may have, or some decades more: no exponent to fall over. */
  private static final Pattern SIZE =
      Pattern.compile("-?\\d{1,30}(?:\\.\\d{1,30})?(?:[eE][+-]?\\d{1,3})?");

  private static final String WEIGHT_MAP = "weight_map";
  private static final String TODO = "download the index again from its source";

  /** The index; empty, with a problem, if it cannot be used. */
  static Optional<ShardIndex> read(RangeReader file, String name, Problems problems)
      throws IOException {
    if (file.length() > LONGEST) {
      problems.add(
          unusable(
                  name,
                  "it has %s bytes, and at most %s are read".formatted(file.length(), LONGEST))
              .todo(TODO));
      return Optional.empty();
    }
    Utf8Text text = new Utf8Text(file, 0, file.length());
    try (JsonParser json = StrictJson.parser(text)) {
      return read(json, text, name, problems);
    } catch (MalformedTextException e) {
      problems.add(unusable(name, e.getMessage()).at(e.byteOffset()).todo(TODO));
    }
    return Optional.empty();
  }

  private static Optional<ShardIndex> read(
      JsonParser json, Utf8Text text, String name, Problems problems) throws IOException {
    try {
      return Optional.of(new Parse(json).index(text));
    } catch (JsonProcessingException e) {
      StrictJson.Failure failure = StrictJson.failure(json, e);
      long offset = text.byteOffset(failure.charOffset());
      problems.add(unusable(name, failure.inWords()).at(offset).todo(TODO));
    } catch (UnusableIndexException e) {
      problems.add(unusable(name, e.getMessage()).at(text.byteOffset(e.charOffset)).todo(TODO));
    }
    return Optional.empty();
  }

  /** How many tensors it names that are not among these. */
  long countWithout(List<TensorEntry> tensors) {
    return files.size() - tensors.stream().filter(t -> files.containsKey(t.name())).count();
  }

  private static Problem.Sentence unusable(String name, String why) {
    return Problem.error(FormatRule.IX_JSON, "Cannot use the index")
        .in(name)
        .because("%s", why)
        .reference("fails, or keeps the last of two keys");
  }

  private static final class UnusableIndexException extends Exception {
    private static final long serialVersionUID = 1L;
    private final long charOffset;

    UnusableIndexException(JsonParser json, String message) {
      super(message);
      this.charOffset = json.currentTokenLocation().getCharOffset();
    }
  }

  private static final class Parse {
    private final JsonParser json;
    private final Map<String, String> files = new HashMap<>();
    private final Map<String, Long> places = new LinkedHashMap<>();
    private boolean mapSeen;
    private BigDecimal totalSize;
    private long totalSizeAt;

    Parse(JsonParser json) {
      this.json = json;
    }

    ShardIndex index(Utf8Text text) throws IOException, UnusableIndexException {
      require(json.nextToken() == JsonToken.START_OBJECT, "it is not a JSON object");
      boolean metadataSeen = false;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        require(!(key.equals("metadata") && metadataSeen), "it has 'metadata' twice");
        require(!(key.equals(WEIGHT_MAP) && mapSeen), "it has 'weight_map' twice");
        metadataSeen |= key.equals("metadata");
        json.nextToken();
        if (key.equals(WEIGHT_MAP)) {
          weightMap();
        } else if (key.equals("metadata") && json.currentToken() == JsonToken.START_OBJECT) {
          metadata();
        } else {
          json.skipChildren();
        }
      }
      require(json.nextToken() == null, "something follows its end");
      require(mapSeen, "it has no 'weight_map'");
      // In the order of the text, so that no piece of it is read twice.
      for (Map.Entry<String, Long> place : places.entrySet()) {
        place.setValue(text.byteOffset(place.getValue()));
      }
      TotalSize total =
          totalSize == null ? null : new TotalSize(totalSize, text.byteOffset(totalSizeAt));
      return new ShardIndex(files, places, total);
    }

    private void weightMap() throws IOException, UnusableIndexException {
      require(json.currentToken() == JsonToken.START_OBJECT, "'weight_map' is not an object");
      mapSeen = true;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String tensor = json.currentName();
        require(!files.containsKey(tensor), "it names the tensor " + Quoted.of(tensor) + " twice");
        json.nextToken();
        require(
            json.currentToken() == JsonToken.VALUE_STRING,
            "the file of tensor " + Quoted.of(tensor) + " is not a string");
        String file = json.getText();
        files.put(tensor, file);
        places.putIfAbsent(file, charOffset());
      }
    }

    private void metadata() throws IOException {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean isTotal = json.currentName().equals("total_size");
        JsonToken value = json.nextToken();
        if (isTotal && value.isNumeric() && SIZE.matcher(json.getText()).matches()) {
          totalSize = new BigDecimal(json.getText());
          totalSizeAt = charOffset();
        }
        json.skipChildren();
      }
    }

    private long charOffset() {
      return json.currentTokenLocation().getCharOffset();
    }

    private void require(boolean condition, String message) throws UnusableIndexException {
      if (!condition) {
        throw new UnusableIndexException(json, message);
      }
    }
  }
}
