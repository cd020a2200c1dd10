package io.ckptaudit.udfs.number;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every code of the formats of at most 8 bits has the value that ml_dtypes gives it. */
class SmallFormatsTest {

  static Stream<String> rows() throws IOException {
    try (InputStream in = SmallFormatsTest.class.getResourceAsStream("/tables/small-formats.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines();
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void everyCodeDecodesAsInMlDtypes(String row) {
    String[] cells = row.split(" ");
    FloatFormat format = FloatFormat.valueOf(cells[0]);
    assertThat(cells).hasSize(format.codes() + 1);
    for (int code = 0; code < format.codes(); code++) {
      float value = (float) format.decode(code);
      String bits =
          Float.isNaN(value) ? "nan" : String.format("%08x", Float.floatToRawIntBits(value));
      assertThat(bits).as("%s code %s", format, code).isEqualTo(cells[code + 1]);
    }
  }
}
