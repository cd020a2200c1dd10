package io.ckptaudit.job.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What config.json says of the weights: {@code dtype}, or {@code torch_dtype} before 4.56. */
final class ConfigFile {
  static final String NAME = "config.json";

  private static final int LONGEST = 16 << 20;
  private static final String TODO = "download it again from its source, or remove it";
  private static final List<String> KEYS = List.of("dtype", "torch_dtype");
  private static final String NESTED = "_config";

  /** Says how weights are packed, not what they were. */
  private static final String QUANTIZATION = "quantization_config";

  private ConfigFile() {}

  /** The declared dtype as written; null if there is none or, with a problem, none can be read. */
  static String declaredDtype(RangeReader file, String name, Problems problems) throws IOException {
    if (file.length() > LONGEST) {
      problems.add(
          unreadable(name)
              .because("it has %d bytes, and at most %d are read", file.length(), LONGEST)
              .todo(TODO));
      return null;
    }
    Utf8Text text = new Utf8Text(file, 0, file.length());
    try (JsonParser json = StrictJson.deepParser(text)) {
      if (json.nextToken() == JsonToken.START_OBJECT) {
        String found = declared(json);
        if (json.nextToken() == null) {
          return found;
        }
      }
      problems.add(unreadable(name).because("it is not one JSON object").todo(TODO));
    } catch (MalformedTextException e) {
      problems.add(unreadable(name).at(e.byteOffset()).because("%s", e.getMessage()).todo(TODO));
    } catch (JsonProcessingException e) {
      String why = Quoted.plain(e.getOriginalMessage());
      problems.add(unreadable(name).because("%s", why).todo(TODO));
    }
    return null;
  }

  private static Problem.Sentence unreadable(String name) {
    return Problem.warning(FormatRule.CONFIG_JSON, "Cannot read the declared dtype").in(name);
  }

  /** Of the top level, else of {@code text_config}, else of the first other nested config. */
  private static String declared(JsonParser json) throws IOException {
    Map<String, String> top = new TreeMap<>();
    Map<String, String> nested = new TreeMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      JsonToken value = json.nextToken();
      if (KEYS.contains(key) && value == JsonToken.VALUE_STRING) {
        top.putIfAbsent(key, json.getText());
      } else if (key.endsWith(NESTED)
          && !key.equals(QUANTIZATION)
          && value == JsonToken.START_OBJECT) {
        String inside = inside(json);
        if (inside != null) {
          nested.putIfAbsent(key, inside);
        }
      } else {
        json.skipChildren();
      }
    }
    String first = first(top);
    if (first != null || nested.isEmpty()) {
      return first;
    }
    return nested.getOrDefault("text_config", nested.values().iterator().next());
  }

  private static String inside(JsonParser json) throws IOException {
    Map<String, String> found = new TreeMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      if (json.nextToken() == JsonToken.VALUE_STRING && KEYS.contains(key)) {
        found.putIfAbsent(key, json.getText());
      }
      json.skipChildren();
    }
    return first(found);
  }

  private static String first(Map<String, String> found) {
    return KEYS.stream().map(found::get).filter(v -> v != null).findFirst().orElse(null);
  }
}
