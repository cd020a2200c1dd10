package io.ckptaudit.job.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/**
 * JSON of unknown origin, token by token. Depth is bounded, length is not: the caller has bounded
 * the text. Field names are kept in no table, so none can be flooded.
 */
public final class StrictJson {
  private static final int LONGEST_NUMBER = 1000;

  private static final JsonFactory FACTORY = factory(16);
  private static final JsonFactory DEEP_FACTORY = factory(128);

  private StrictJson() {}

  private static JsonFactory factory(int depth) {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(depth)
                .maxNameLength(Integer.MAX_VALUE)
                .maxStringLength(Integer.MAX_VALUE)
                .maxNumberLength(LONGEST_NUMBER)
                .build())
        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .build();
  }

  /** For headers and indexes, at most 16 levels deep. */
  public static JsonParser parser(Utf8Text text) throws IOException {
    return FACTORY.createParser(text);
  }

  /** For settings that others nest as they like, at most 128 levels deep. */
  static JsonParser deepParser(Utf8Text text) throws IOException {
    return DEEP_FACTORY.createParser(text);
  }

  /** Whether text holds half of a surrogate pair: no Unicode text does, JSON escapes can. */
  public static boolean hasLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return true;
        }
        i++;
      }
    }
    return false;
  }
}
