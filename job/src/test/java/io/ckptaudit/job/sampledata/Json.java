package io.ckptaudit.job.sampledata;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** JSON as the writers of checkpoints write it. */
final class Json {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final ObjectWriter INDENTED = MAPPER.writer(printer());

  private Json() {}

  /** Without a space, as serde does. */
  static byte[] compact(Object value) throws IOException {
    return MAPPER.writeValueAsBytes(value);
  }

  /** As Python's json.dumps with an indent of 2, and a line feed. */
  static byte[] indented(Object value) throws IOException {
    return (INDENTED.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static DefaultPrettyPrinter printer() {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER));
    printer.indentObjectsWith(lines);
    printer.indentArraysWith(lines);
    return printer;
  }
}
