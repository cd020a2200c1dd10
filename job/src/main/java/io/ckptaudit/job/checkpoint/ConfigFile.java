package io.ckptaudit.job.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What config.json says of the weights: {@code dtype}, or {@code torch_dtype} before 4.56, and
 * {@code tie_word_embeddings}.
 *
 * @param dtype as written; null if there is none
 * @param tiedEmbeddings whether the head is the embedding; null if it does not say
 */
record ConfigFile(String dtype, Boolean tiedEmbeddings) {
  static final String NAME = "config.json";

  private static final int LONGEST = 16 << 20;
  private static final String TODO = "download it again from its source, or remove it";
  private static final String TIED = "tie_word_embeddings";
  private static final List<String> KEYS = List.of("dtype", "torch_dtype");
  private static final String NESTED = "_config";

  /** Says how weights are packed, not what they were. */
  private static final String QUANTIZATION = "quantization_config";

  /** What it declares; null, with a problem, if it cannot be read. */
  static ConfigFile read(RangeReader file, String name, Problems problems) throws IOException {
    if (file.length() > LONGEST) {
      problems.add(
          unreadable(name)
              .because("it has %d bytes, and at most %d are read", file.length(), LONGEST)
              .reference("loads it")
              .todo(TODO));
      return null;
    }
    Utf8Text text = new Utf8Text(file, 0, file.length());
    try (JsonParser json = StrictJson.deepParser(text)) {
      return read(json, text, name, problems);
    } catch (MalformedTextException e) {
      problems.add(
          unreadable(name)
              .at(e.byteOffset())
              .because("%s", e.getMessage())
              .reference("fails")
              .todo(TODO));
      return null;
    }
  }

  private static ConfigFile read(JsonParser json, Utf8Text text, String name, Problems problems)
      throws IOException {
    try {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        ConfigFile found = declared(json);
        if (json.nextToken() == null) {
          return found;
        }
      }
      problems.add(
          unreadable(name).because("it is not one JSON object").reference("fails").todo(TODO));
    } catch (JsonProcessingException e) {
      StrictJson.Failure failure = StrictJson.failure(json, e);
      long offset = text.byteOffset(failure.charOffset());
      problems.add(
          unreadable(name)
              .at(offset)
              .because("%s", failure.inWords())
              .reference("fails, but takes NaN, Infinity and any depth")
              .todo(TODO));
    }
    return null;
  }

  private static Problem.Sentence unreadable(String name) {
    return Problem.warning(FormatRule.CONFIG_JSON, "Cannot read the declared dtype").in(name);
  }

  /** Of the top level, else of {@code text_config}, else of the first other nested config. */
  private static ConfigFile declared(JsonParser json) throws IOException {
    Map<String, String> top = new TreeMap<>();
    Map<String, Map<String, String>> nested = new TreeMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      JsonToken value = json.nextToken();
      if (key.endsWith(NESTED) && !key.equals(QUANTIZATION) && value == JsonToken.START_OBJECT) {
        nested.putIfAbsent(key, inside(json));
      } else {
        keep(key, value, json, top);
      }
    }
    List<Map<String, String>> places = new ArrayList<>(List.of(top));
    places.add(nested.getOrDefault("text_config", Map.of()));
    places.addAll(nested.values());
    String tied = first(places, List.of(TIED));
    return new ConfigFile(first(places, KEYS), tied == null ? null : Boolean.valueOf(tied));
  }

  private static Map<String, String> inside(JsonParser json) throws IOException {
    Map<String, String> found = new TreeMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      keep(key, json.nextToken(), json, found);
    }
    return found;
  }

  private static void keep(String key, JsonToken value, JsonParser json, Map<String, String> found)
      throws IOException {
    boolean dtype = KEYS.contains(key) && value == JsonToken.VALUE_STRING;
    boolean tied = key.equals(TIED) && value.isBoolean();
    if (dtype || tied) {
      found.putIfAbsent(key, json.getText());
    } else {
      json.skipChildren();
    }
  }

  private static String first(List<Map<String, String>> places, List<String> keys) {
    return places.stream()
        .flatMap(found -> keys.stream().map(found::get))
        .filter(value -> value != null)
        .findFirst()
        .orElse(null);
  }
}
