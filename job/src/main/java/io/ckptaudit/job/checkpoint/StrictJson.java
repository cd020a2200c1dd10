package io.ckptaudit.job.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * JSON of unknown origin, token by token. Depth is bounded, length is not: the caller has bounded
 * the text. Field names are kept in no table, so none can be flooded.
 */
public final class StrictJson {
  private static final int LONGEST_NUMBER = 1000;
  private static final Pattern NUMBER_WORD = Pattern.compile("^Non-standard token '([^']*)'");

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

  /** For JSON that stands in a string of other JSON, at most 16 levels deep. */
  public static JsonParser parser(String text) throws IOException {
    return FACTORY.createParser(new StringReader(text));
  }

  /** For settings that others nest as they like, at most 128 levels deep. */
  static JsonParser deepParser(Utf8Text text) throws IOException {
    return DEEP_FACTORY.createParser(text);
  }

  /**
   * Why text is not JSON, and where.
   *
   * @param charOffset from the start of the text
   * @param line from 1, as {@code column}
   * @param reason safe to print
   */
  public record Failure(long charOffset, int line, int column, String reason) {

    /** The reason with the place a text editor shows. */
    public String inWords() {
      return reason + " (line " + line + ", column " + column + ")";
    }
  }

  /** What the parser says, less the settings of its own that it recommends. */
  public static Failure failure(JsonParser json, JsonProcessingException thrown) {
    JsonLocation at = thrown.getLocation() == null ? json.currentLocation() : thrown.getLocation();
    String message = thrown.getOriginalMessage();
    String reason = message;
    for (String own : List.of(" (start marker at", ": enable `", " (JSON ", ", from `")) {
      int cut = reason.indexOf(own);
      reason = cut < 0 ? reason : reason.substring(0, cut) + (own.startsWith(",") ? ")" : "");
    }
    int back = charactersBehind(message);
    return new Failure(
        Math.max(0, at.getCharOffset() - back),
        at.getLineNr(),
        Math.max(1, at.getColumnNr() - back),
        Quoted.plain(reason.replace('\'', '"')));
  }

  /** Some failures are placed behind the character or token that they are about. */
  private static int charactersBehind(String message) {
    Matcher token = NUMBER_WORD.matcher(message);
    if (token.find()) {
      return token.group(1).length();
    }
    boolean behind = message.startsWith("Illegal ") || message.startsWith("Document nesting depth");
    return behind ? 1 : 0;
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
