package io.ckptaudit.job.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What numpy and ml_dtypes say of a fixture. */
public final class Expected {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Expected() {}

  /** The entries of one of the expected files, by tensor or layer; empty if there is no file. */
  public static Map<String, JsonNode> of(Path fixture, String file) {
    Path path = fixture.resolve(file);
    Map<String, JsonNode> entries = new LinkedHashMap<>();
    if (Files.exists(path)) {
      try {
        JSON.readTree(path.toFile())
            .properties()
            .forEach(e -> entries.put(e.getKey(), e.getValue()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return entries;
  }

  /** A number, which JSON holds as a string where it is not finite; null stays null. */
  public static Double real(JsonNode node) {
    if (node == null || node.isNull()) {
      return null;
    }
    return node.isTextual() ? Double.valueOf(node.textValue()) : (Double) node.doubleValue();
  }
}
