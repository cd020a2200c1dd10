package io.ckptaudit.job.checkpoint.meta;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.MalformedTextException;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.StrictJson;
import io.ckptaudit.job.checkpoint.Utf8Text;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The numbers of {@code params.json} that shapes follow from, some nested in {@code model}.
 *
 * @param values by key; none below 0
 */
record Params(Map<String, Value> values) {
  static final String NAME = "params.json";

  /** No numbers, so that nothing follows from them. */
  static final Params NONE = new Params(Map.of());

  private static final int LONGEST = 1 << 20;

  /** Digits; products of two such numbers fit. */
  private static final int LONGEST_NUMBER = 9;

  private static final String MODEL = "model";
  private static final String TODO = "download it again from its source";
  private static final Set<String> KEYS =
      Set.of("dim", "n_layers", "n_heads", "n_kv_heads", "head_dim", "hidden_dim", "vocab_size");

  /**
   * @param byteOffset of the number in the file
   */
  record Value(long number, long byteOffset) {}

  /** Null if it is not stated; a vocabulary of −1 stands for "whatever the tokenizer has". */
  Long get(String key) {
    Value value = values.get(key);
    return value == null ? null : (Long) value.number();
  }

  /** The numbers; empty, with a problem, if the file cannot be used. */
  static Optional<Params> read(RangeReader file, String name, Problems problems)
      throws IOException {
    if (file.length() > LONGEST) {
      problems.add(
          unusable(name)
              .because("it has %d bytes, and at most %d are read", file.length(), LONGEST)
              .todo(TODO));
      return Optional.empty();
    }
    Utf8Text text = new Utf8Text(file, 0, file.length());
    try (JsonParser json = StrictJson.parser(text)) {
      return new Parse(json, text, name, problems).params();
    } catch (MalformedTextException e) {
      problems.add(unusable(name).at(e.byteOffset()).because("%s", e.getMessage()).todo(TODO));
      return Optional.empty();
    }
  }

  private static Problem.Sentence unusable(String name) {
    return Problem.error(FormatRule.SET_PARAMS, "Cannot use the sizes").in(name).reference("fails");
  }

  private static final class Parse {
    private final JsonParser json;
    private final Utf8Text text;
    private final String name;
    private final Problems problems;
    private final Map<String, Value> values = new HashMap<>();

    Parse(JsonParser json, Utf8Text text, String name, Problems problems) {
      this.json = json;
      this.text = text;
      this.name = name;
      this.problems = problems;
    }

    Optional<Params> params() throws IOException {
      try {
        if (json.nextToken() != JsonToken.START_OBJECT) {
          problems.add(unusable(name).at(0).because("it is not a JSON object").todo(TODO));
          return Optional.empty();
        }
        object(true);
        if (json.nextToken() == null) {
          return Optional.of(new Params(values));
        }
        problems.add(unusable(name).at(here()).because("something follows its end").todo(TODO));
      } catch (JsonProcessingException e) {
        StrictJson.Failure failure = StrictJson.failure(json, e);
        long offset = text.byteOffset(failure.charOffset());
        problems.add(unusable(name).at(offset).because("%s", failure.inWords()).todo(TODO));
      }
      return Optional.empty();
    }

    private void object(boolean top) throws IOException {
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        JsonToken token = json.nextToken();
        if (top && key.equals(MODEL) && token == JsonToken.START_OBJECT) {
          object(false);
        } else if (KEYS.contains(key) && token != JsonToken.VALUE_NULL) {
          value(key, token);
        } else {
          json.skipChildren();
        }
      }
    }

    private void value(String key, JsonToken token) throws IOException {
      long at = here();
      boolean whole = token == JsonToken.VALUE_NUMBER_INT && json.getTextLength() <= LONGEST_NUMBER;
      long number = whole ? json.getLongValue() : -1;
      boolean unknown = key.equals("vocab_size") && number == -1 && whole;
      if (number < 0 && !unknown) {
        String found = token.isScalarValue() ? Quoted.of(json.getText()) : "no number";
        problems.add(
            unusable(name)
                .at(at)
                .because("%s is %s, not an integer from 0 to 999999999", key, found)
                .todo(TODO));
        json.skipChildren();
      } else if (!unknown && values.putIfAbsent(key, new Value(number, at)) != null) {
        problems.add(
            unusable(name)
                .at(at)
                .because("it states %s twice; the first is used", key)
                .reference("takes the last")
                .todo(TODO));
      }
    }

    private long here() throws IOException {
      return text.byteOffset(json.currentTokenLocation().getCharOffset());
    }
  }
}
