package io.ckptaudit.job.report;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The JSON of a report: snake_case names, a stable order, and nothing but printable ASCII, so that
 * names from a checkpoint do nothing to the terminal it is shown on.
 */
public final class ReportJson {

  private static final ObjectMapper PRETTY =
      JsonMapper.builder(
              new JsonFactoryBuilder()
                  .configure(JsonWriteFeature.ESCAPE_NON_ASCII, true)
                  .characterEscapes(new DeleteEscaped())
                  .build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private ReportJson() {}

  /** The one control character of ASCII that JSON does not want escaped. */
  private static final class DeleteEscaped extends CharacterEscapes {

    private static final long serialVersionUID = 1L;
    private static final int DELETE = 0x7F;

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      codes[DELETE] = ESCAPE_STANDARD;
      return codes;
    }

    @Override
    public SerializableString getEscapeSequence(int character) {
      return null;
    }
  }

  public static byte[] write(Object value) {
    try {
      return (PRETTY.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write " + value.getClass() + " as JSON", e);
    }
  }

  /** One line: for evidence and settings inside a table, and for logs. */
  public static String line(Object value) {
    try {
      return PRETTY.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Cannot write " + value.getClass() + " as JSON", e);
    }
  }

  /** The name in the marker of a committer of Hadoop. */
  static String committer(byte[] marker) {
    try {
      return PRETTY.readTree(marker).path("committer").asText("an unknown committer");
    } catch (IOException e) {
      return "an unknown committer";
    }
  }

  public static <T> T read(byte[] json, Class<T> type) throws IOException {
    return PRETTY.readValue(json, type);
  }
}
