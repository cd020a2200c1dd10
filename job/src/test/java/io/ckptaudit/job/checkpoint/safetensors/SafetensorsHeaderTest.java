package io.ckptaudit.job.checkpoint.safetensors;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.ShardStatus;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.testing.InMemoryFile;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows S1 to S14 and S19 to S21 of the test plan. */
class SafetensorsHeaderTest {
  private static final byte[] FOUR = new byte[4];

  private static ShardHeader read(SafetensorsBytes file) throws IOException {
    return read(file.bytes());
  }

  private static ShardHeader read(byte[] file) throws IOException {
    return new ShardScan(new InMemoryFile(file), "m.safetensors").header();
  }

  private static Problem only(ShardHeader header) {
    assertThat(header.problems()).hasSize(1);
    return header.problems().get(0);
  }

  private static SafetensorsBytes good() {
    return SafetensorsBytes.file().tensor("good", "F32", new long[] {1}, FOUR);
  }

  private static void assertNames(ShardHeader header, String... names) {
    assertThat(header.tensors()).extracting(TensorEntry::name).containsExactly(names);
  }

  @Test
  void s1_shorterThanALength() throws IOException {
    Problem seven = only(read(new byte[] {1, 2, 3, 4, 5, 6, 7}));
    assertThat(seven.message())
        .isEqualTo(
            "Cannot read the header length in m.safetensors at byte 0: the file has 7 bytes and the length alone takes 8; download the file again from its source");
    assertThat(seven.rule()).isEqualTo("ST_HEADER_SHORT");
    assertThat(seven.byteOffset()).isZero();
    assertThat(seven.reference()).isEqualTo("HeaderTooSmall");

    ShardHeader empty = read(new byte[0]);
    assertThat(empty.status()).isEqualTo(ShardStatus.NOT_DOWNLOADED);
    assertThat(empty.problems())
        .extracting(Problem::rule)
        .containsExactly("NOT_DOWNLOADED", "ST_HEADER_SHORT");
  }

  @Test
  void s2_lengthBeyondTheFile() throws IOException {
    InMemoryFile file = new InMemoryFile(good().headerLength(1000).bytes());
    Problem problem = only(new ShardScan(file, "m.safetensors").header());
    assertThat(problem.rule()).isEqualTo("ST_HEADER_LENGTH");
    assertThat(problem.message())
        .isEqualTo(
            "Cannot read the header in m.safetensors at byte 0: it states 1000 bytes and the file has %s; download the file again from its source"
                .formatted(file.length()));
    assertThat(file.bytesRead()).isLessThan(1000);
  }

  @ParameterizedTest
  @CsvSource({
    "100000001, 100000001",
    "-9223372036854775808, 9223372036854775808",
    "-1, 18446744073709551615"
  })
  void s3_lengthBeyondTheLimit(long length, String shown) throws IOException {
    Problem problem = only(read(good().headerLength(length)));
    assertThat(problem.rule()).isEqualTo("ST_HEADER_LENGTH");
    assertThat(problem.message())
        .isEqualTo(
            "Cannot read the header in m.safetensors at byte 0: it states %s bytes, beyond the limit of 100000000; download the file again from its source"
                .formatted(shown));
    assertThat(problem.reference()).isEqualTo("HeaderTooLarge");
  }

  @Test
  void s4_notUtf8() throws IOException {
    byte[] overlong = "{\"a__b\":1}".getBytes(UTF_8);
    overlong[3] = (byte) 0xC0;
    overlong[4] = (byte) 0xAF;
    assertEncoding(overlong, 11, "byte 0xC0 is not UTF-8");
    byte[] cut = "{         }é".getBytes(UTF_8);
    assertEncoding(Arrays.copyOf(cut, cut.length - 1), 19, "byte 0xC3 is not UTF-8");
    assertEncoding("{\"a\":1}".getBytes(UTF_16LE), 8, "it is UTF-16LE, not UTF-8");
    assertEncoding("{\"a\":1}".getBytes(UTF_16BE), 8, "it is UTF-16BE, not UTF-8");
    assertEncoding("\uFEFF{}".getBytes(UTF_8), 8, "it begins with a byte order mark");
  }

  private static void assertEncoding(byte[] header, long at, String why) throws IOException {
    ShardHeader read = read(SafetensorsBytes.file().header(header).data(FOUR));
    Problem problem = only(read);
    assertThat(problem.rule()).isEqualTo("ST_HEADER_ENCODING");
    assertThat(problem.byteOffset()).isEqualTo(at);
    assertThat(problem.message())
        .isEqualTo(
            "Cannot decode the header in m.safetensors at byte %s: %s; download the file again from its source"
                .formatted(at, why));
    assertThat(read.tensors()).isEmpty();
  }

  @Test
  void s4_farIntoALongHeader() throws IOException {
    byte[] header = ("{\"" + "é".repeat(1 << 20) + "\":{\"dtype\":\"F?\"}}").getBytes(UTF_8);
    header[header.length - 4] = (byte) 0xFF;
    assertEncoding(header, 8 + header.length - 4, "byte 0xFF is not UTF-8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | 8 | it is not an object (line 1, column 1)",
        "{} {} | 11 | something follows its end (line 1, column 4)",
        "{\"a\":{\"shape\":[ | 22 | Unexpected end-of-input",
        "{\"a\":NaN} | 13 | Non-standard token",
        "{\"ab\" 1} | 14 | Unexpected character",
        "{\"é\" 1} | 13 | Unexpected character",
      })
  void s5_notJson(String header, long at, String why) throws IOException {
    ShardHeader read = read(SafetensorsBytes.file().header(header));
    Problem problem = only(read);
    assertThat(problem.rule()).isEqualTo("ST_HEADER_JSON");
    assertThat(problem.message())
        .startsWith("Cannot parse the header in m.safetensors at byte ")
        .contains(": " + why)
        .contains("(line 1, column ")
        .endsWith("; download the file again from its source");
    assertThat(problem.byteOffset()).isBetween(at - 1, at + 3);
    assertThat(read.status()).isEqualTo(ShardStatus.DAMAGED);
  }

  @Test
  void s5_emptyDeepAndPadded() throws IOException {
    Problem empty = only(read(SafetensorsBytes.file().header("").data(new byte[] {1, 2})));
    assertThat(empty.message())
        .isEqualTo(
            "Cannot parse the header in m.safetensors at byte 8: it has 0 bytes; download the file again from its source");
    Problem deep = only(read(SafetensorsBytes.file().header("{\"a\":" + "[".repeat(200))));
    assertThat(deep.rule()).isEqualTo("ST_HEADER_JSON");
    assertThat(deep.message()).contains("nesting depth (17) exceeds the maximum allowed (16");

    String json = "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}";
    ShardHeader padded = read(SafetensorsBytes.file().header(json + "\0\0\0").data(FOUR));
    assertThat(only(padded).rule()).isEqualTo("ST_HEADER_JSON");
    assertThat(only(padded).byteOffset()).isBetween(8L + json.length(), 9L + json.length());
    assertNames(padded, "a");
  }

  @Test
  void s6_whiteSpaceIsAccepted() throws IOException {
    String json = "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}}";
    ShardHeader leading = read(SafetensorsBytes.file().header("  " + json).data(FOUR));
    assertThat(only(leading).severity()).isEqualTo(Severity.INFO);
    assertThat(only(leading).message())
        .isEqualTo(
            "Cannot find '{' at the start of the header in m.safetensors at byte 8: white space stands before it; rewrite the file with the safetensors library");
    assertThat(leading.status()).isEqualTo(ShardStatus.OK);
    ShardHeader trailing = read(SafetensorsBytes.file().header(json + "   ").data(FOUR));
    assertThat(trailing.problems()).isEmpty();
    assertNames(trailing, "a");
  }

  @Test
  void s7_sameKeySameRange() throws IOException {
    ShardHeader read =
        read(
            SafetensorsBytes.file()
                .entry("a", "F32", new long[] {1}, 0, 4)
                .entry("a", "I32", new long[] {1}, 0, 4)
                .data(FOUR));
    Problem problem = only(read);
    assertThat(problem.rule()).isEqualTo("ST_DUPLICATE_KEY");
    assertThat(problem.byteOffset()).isEqualTo(62);
    assertThat(problem.message())
        .isEqualTo(
            "Cannot tell which entry 'a' is meant in m.safetensors at byte 62: the same key stands at byte 9 and at byte 62; do not trust the file; get it from its source");
    assertThat(read.tensors()).hasSize(1);
    assertThat(read.tensors().get(0).dtype().name()).isEqualTo("I32");
  }

  @Test
  void s8_otherDuplicates() throws IOException {
    ShardHeader ranges =
        read(
            SafetensorsBytes.file()
                .entry("a", "F32", new long[] {1}, 0, 4)
                .entry("a", "F32", new long[] {1}, 4, 8)
                .data(new byte[8]));
    assertThat(only(ranges).rule()).isEqualTo("ST_DUPLICATE_KEY");
    assertThat(ranges.tensors().get(0).slices().get(0).offset())
        .isEqualTo(8 + 1 + 52 + 1 + 52 + 1 + 4);
    ShardHeader metadata = read(SafetensorsBytes.file().metadata("k", "v").metadata("k", "v"));
    assertThat(only(metadata).rule()).isEqualTo("ST_DUPLICATE_KEY");
    assertThat(only(metadata).message()).contains("stands at byte 9 and at byte 34");
    ShardHeader inside =
        read(SafetensorsBytes.file().rawEntry("\"__metadata__\":{\"k\":\"v\",\"k\":\"w\"}"));
    assertThat(only(inside).message()).contains("stands at byte 25 and at byte 33");
  }

  @Test
  void s9_metadata() throws IOException {
    for (String value : new String[] {"1", "[]", "{\"k\":1}", "{\"k\":{\"x\":\"y\"}}"}) {
      ShardHeader read = read(SafetensorsBytes.file().rawEntry("\"__metadata__\":" + value));
      assertThat(only(read).rule()).isEqualTo("ST_METADATA");
      assertThat(only(read).severity()).isEqualTo(Severity.ERROR);
    }
    ShardHeader nothing = read(good().rawEntry("\"__metadata__\":null"));
    assertThat(only(nothing).severity()).isEqualTo(Severity.INFO);
    assertThat(only(nothing).message())
        .contains("Cannot read the metadata in m.safetensors at byte 65: it is null");
    assertNames(nothing, "good");
  }

  @ParameterizedTest
  @ValueSource(strings = {"F7", "f32", "", "BFLOAT16"})
  void s10_unknownDtype(String dtype) throws IOException {
    ShardHeader read = read(good().entry("odd", dtype, new long[] {2}, 4, 8).data(FOUR));
    Problem problem = only(read);
    assertThat(problem.rule()).isEqualTo("ST_DTYPE");
    assertThat(problem.tensor()).isEqualTo("odd");
    assertThat(problem.byteOffset()).isEqualTo(65);
    assertThat(problem.message())
        .isEqualTo(
            "Cannot audit tensor 'odd' in m.safetensors at byte 65: its dtype '%s' is unknown: its bytes are skipped; download the file again from its source"
                .formatted(dtype));
    assertNames(read, "good");
    assertThat(read.status()).isEqualTo(ShardStatus.DAMAGED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"shape\":[1],\"data_offsets\":[4,8]} | its entry has no 'dtype'",
        "{\"dtype\":\"F32\",\"data_offsets\":[4,8]} | its entry has no 'shape'",
        "{\"dtype\":\"F32\",\"shape\":[1]} | its entry has no 'data_offsets'",
        "{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]} | its entry has 'dtype' twice",
        "{\"dtype\":1,\"shape\":[1],\"data_offsets\":[4,8]} | its dtype is not a string",
        "{\"dtype\":\"F32\",\"shape\":{\"a\":[1]},\"data_offsets\":[4,8]} | its shape is not an array",
        "[1,{\"a\":2}] | its entry is not an object",
        "null | its entry is not an object",
      })
  void s11_badEntry(String entry, String why) throws IOException {
    ShardHeader read = read(good().rawEntry("\"odd\":" + entry).data(FOUR));
    Problem problem =
        read.problems().stream().filter(p -> p.rule().equals("ST_ENTRY")).findFirst().orElseThrow();
    assertThat(problem.message())
        .isEqualTo(
            "Cannot audit tensor 'odd' in m.safetensors at byte 65: %s; download the file again from its source"
                .formatted(why));
    assertNames(read, "good");
  }

  @Test
  void s11_extraFieldIsAWarning() throws IOException {
    ShardHeader read =
        read(
            SafetensorsBytes.file()
                .rawEntry(
                    "\"a\":{\"dtype\":\"U8\",\"x\":[{}],\"shape\":[4],\"data_offsets\":[0,4]}")
                .data(FOUR));
    assertThat(only(read).severity()).isEqualTo(Severity.WARNING);
    assertThat(only(read).message()).contains("its entry has the unknown field 'x'");
    assertNames(read, "a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1.0] | [4,8] | shape has 1.0, not an integer from 0 to 2^64-1",
        "[1e0] | [4,8] | shape has 1e0, not an integer from 0 to 2^64-1",
        "[-1] | [4,8] | shape has -1, not an integer from 0 to 2^64-1",
        "[-0] | [4,8] | shape has -0, not an integer from 0 to 2^64-1",
        "[18446744073709551616] | [4,8] | shape has 18446744073709551616, not an integer from 0 to 2^64-1",
        "[true] | [4,8] | shape has true, not an integer from 0 to 2^64-1",
        "[[1]] | [4,8] | shape has a nested value, not an integer from 0 to 2^64-1",
        "[1] | [4,8,12] | data_offsets has 3 numbers, not 2",
        "[1] | [4] | data_offsets has 1 numbers, not 2",
        "[1] | [4,\"8\"] | data_offsets has 8, not an integer from 0 to 2^64-1",
        "[1] | [9223372036854775808,9223372036854775812] | data_offsets [9223372036854775808, 9223372036854775812) are beyond 2^63-1",
      })
  void s12_badNumber(String shape, String offsets, String why) throws IOException {
    ShardHeader read =
        read(
            good()
                .rawEntry(
                    "\"odd\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":%s}"
                        .formatted(shape, offsets))
                .data(FOUR));
    Problem problem = read.problems().get(0);
    assertThat(problem.rule()).isEqualTo("ST_NUMBER");
    assertThat(problem.message())
        .isEqualTo(
            "Cannot audit tensor 'odd' in m.safetensors at byte 65: %s; download the file again from its source"
                .formatted(why));
    assertNames(read, "good");
  }

  @Test
  void s13_overflow() throws IOException {
    long[][] shapes = {{1L << 33, 1L << 33}, {1L << 33, 1L << 33, 0}, {1L << 62}};
    for (long[] shape : shapes) {
      ShardHeader read = read(good().entry("odd", "F32", shape, 4, 4));
      assertThat(only(read).rule()).isEqualTo("ST_OVERFLOW");
      assertThat(only(read).message()).contains(Arrays.toString(shape) + " is beyond 2^64-1");
      assertThat(only(read).reference()).isEqualTo("ValidationOverflow");
      assertNames(read, "good");
    }
  }

  @Test
  void s14_sizeAndRangeDisagree() throws IOException {
    ShardHeader read = read(good().entry("odd", "F32", new long[] {3}, 4, 8).data(FOUR));
    assertThat(only(read).rule()).isEqualTo("ST_SIZE");
    assertThat(only(read).message())
        .isEqualTo(
            "Cannot audit tensor 'odd' in m.safetensors at byte 65: data_offsets [4, 8) span 4 bytes and F32 [3] takes 12; download the file again from its source");
    ShardHeader reversed = read(good().entry("odd", "F32", new long[] {1}, 8, 4));
    assertThat(only(reversed).message()).contains("data_offsets [8, 4) are reversed");
    assertNames(reversed, "good");
  }

  @Test
  void s19_subByte() throws IOException {
    ShardHeader one = read(SafetensorsBytes.file().entry("a", "F4", new long[] {1}, 0, 0));
    assertThat(only(one).rule()).isEqualTo("ST_SUBBYTE");
    assertThat(only(one).message()).contains("F4 [1] takes 4 bits");
    ShardHeader three = read(SafetensorsBytes.file().entry("a", "F6_E2M3", new long[] {3}, 0, 2));
    assertThat(only(three).rule()).isEqualTo("ST_SUBBYTE");
    ShardHeader two = read(SafetensorsBytes.file().tensor("a", "F4", new long[] {2}, new byte[1]));
    assertThat(two.problems()).isEmpty();
    assertThat(two.tensors().get(0).elements()).isEqualTo(2);
  }

  @Test
  void s20_emptyAndScalar() throws IOException {
    ShardHeader read =
        read(
            SafetensorsBytes.file()
                .entry("empty", "F32", new long[] {0}, 0, 0)
                .tensor("scalar", "F32", new long[] {}, FOUR)
                .entry("late", "F16", new long[] {7, 0}, 4, 4)
                .entry("vast", "F16", new long[] {0, -1}, 0, 0));
    assertThat(read.tensors())
        .extracting(TensorEntry::elements)
        .containsExactlyInAnyOrder(0L, 1L, 0L, 0L);
    assertThat(only(read).severity()).isEqualTo(Severity.INFO);
    assertThat(only(read).message()).contains("[0, 18446744073709551615] is beyond 2^63-1");
    assertThat(read.tensors())
        .filteredOn(t -> t.name().equals("vast"))
        .flatExtracting(TensorEntry::shape)
        .containsExactly(0L, Long.MAX_VALUE);
    ShardHeader nothing = read(SafetensorsBytes.file());
    assertThat(nothing.problems()).isEmpty();
    assertThat(nothing.status()).isEqualTo(ShardStatus.OK);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a\\u0000b | 'a\\u0000b' | has control or format characters",
        "\\u001b[31m | '\\u001b[31m' | has control or format characters",
        "a\u202Eb | 'a\\u202eb' | has control or format characters",
        "../x | '../x' | looks like a path",
        "/etc/passwd | '/etc/passwd' | looks like a path",
        "`` | '' | is empty",
      })
  void s21_oddNames(String name, String shown, String why) throws IOException {
    ShardHeader read = read(SafetensorsBytes.file().tensor(name, "F32", new long[] {1}, FOUR));
    Problem problem = only(read);
    assertThat(problem.rule()).isEqualTo("ST_NAME");
    assertThat(problem.severity()).isEqualTo(Severity.WARNING);
    assertThat(problem.message())
        .isEqualTo(
            "Cannot vouch for the name %s in m.safetensors at byte 9: it %s; never use the name as a path, nor print it unescaped"
                .formatted(shown, why));
    assertThat(read.tensors()).hasSize(1);
  }

  @Test
  void s21_longNamesAndLoneSurrogates() throws IOException {
    String name = "n".repeat(60_000);
    ShardHeader vast = read(SafetensorsBytes.file().tensor(name, "F32", new long[] {1}, FOUR));
    assertNames(vast, name);
    assertThat(only(vast).message()).hasSizeLessThan(400).contains("… (60000 characters)");

    ShardHeader lone = read(good().tensor("\\ud800", "F32", new long[] {1}, FOUR));
    assertThat(only(lone).rule()).isEqualTo("ST_HEADER_ENCODING");
    assertThat(only(lone).message()).contains("'\\ud800' in m.safetensors at byte 65");
    assertNames(lone, "good");
    ShardHeader pair =
        read(SafetensorsBytes.file().tensor("\\ud83d\\ude00", "F32", new long[] {1}, FOUR));
    assertThat(pair.problems()).isEmpty();
    assertNames(pair, "😀");
  }

  @Test
  void offsetsAfterWideCharactersAreBytes() throws IOException {
    SafetensorsBytes file =
        SafetensorsBytes.file()
            .tensor("é☃😀".repeat(3000), "F32", new long[] {1}, FOUR)
            .entry("odd", "F7", new long[] {1}, 4, 4);
    int byteAt = new String(file.bytes(), ISO_8859_1).indexOf("\"odd\"");
    Problem problem =
        read(file).problems().stream()
            .filter(p -> p.rule().equals("ST_DTYPE"))
            .findFirst()
            .orElseThrow();
    assertThat(problem.byteOffset()).isEqualTo(byteAt);
  }

  private static ShardHeader distributed(String name, String offsets) throws IOException {
    SafetensorsBytes file = SafetensorsBytes.file();
    file.rawEntry(
        "\"__metadata__\":{\"DCP_VERSION\":\"1.0\",\"DCP_SHARDING_INFO\":"
            + "\"{\\\"w\\\":{\\\"saved_offsets\\\":%s}}\"}".formatted(offsets));
    byte[] bytes = file.tensor("w", "F32", new long[] {1}, FOUR).bytes();
    return new ShardScan(new InMemoryFile(bytes), name).header();
  }

  /** Slices of tensors have their names, and no more than that. */
  @Test
  void partsOfADistributedCheckpointAreNamed() throws IOException {
    ShardHeader header = distributed("m.safetensors", "[0, 2]");
    assertThat(header.status()).isEqualTo(ShardStatus.UNSUPPORTED);
    assertThat(header.tensors()).isEmpty();
    Problem problem = only(header);
    assertThat(problem.isIncomplete()).isTrue();
    assertThat(problem.message())
        .isEqualTo(
            "Cannot audit the file in m.safetensors at byte 45: it is a part of a distributed"
                + " checkpoint (DCP), with slices of tensors; give the files of all ranks the names that"
                + " torch gave them (shard-00001-model-00001-of-00001.safetensors), and audit their"
                + " folder");
    String first = "shard-00001-model-00001-of-00001.safetensors";
    assertThat(distributed(first, "[0]").status()).isEqualTo(ShardStatus.UNSUPPORTED);
    assertThat(distributed("sub/" + first, "[0]").status()).isEqualTo(ShardStatus.UNSUPPORTED);
  }

  @Test
  void wholeTensorsOfADistributedCheckpointAreRead() throws IOException {
    for (String offsets : new String[] {"[]", "[0]", "[0, 0], 1", "7", "[0"}) {
      ShardHeader header = distributed("model-00001-of-00001.safetensors", offsets);
      boolean slices = offsets.equals("7");
      assertThat(header.status())
          .as(offsets)
          .isEqualTo(slices ? ShardStatus.UNSUPPORTED : ShardStatus.OK);
      assertThat(header.tensors()).hasSize(slices ? 0 : 1);
    }
  }
}
