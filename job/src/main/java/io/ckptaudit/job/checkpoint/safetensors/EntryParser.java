package io.ckptaudit.job.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.Utf8Text;
import io.ckptaudit.udfs.number.DType;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One entry of a header: reads all of it, reports the first thing that is wrong with it. */
final class EntryParser {
  /** Far beyond any library's limit; a header of nothing but dimensions must not fill the heap. */
  private static final int MOST_DIMENSIONS = 256;

  private static final BigInteger LARGEST = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
  private static final int LONGEST_NUMBER = 20;
  private static final String DOWNLOAD = "download the file again from its source";

  private final JsonParser json;
  private final Utf8Text text;
  private final String file;
  private final Problems problems;
  private final String name;
  private final long nameAt;

  private boolean failed;
  private String dtypeName;
  private List<Long> shape;
  private List<Long> offsets;

  EntryParser(
      JsonParser json, Utf8Text text, String file, Problems problems, String name, long nameAt) {
    this.json = json;
    this.text = text;
    this.file = file;
    this.problems = problems;
    this.name = name;
    this.nameAt = nameAt;
  }

  /** From the first token of the value to its last. */
  DeclaredTensor parse() throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      fail(FormatRule.ST_ENTRY, "InvalidHeaderDeserialization", "its entry is not an object");
      return declared(null, 0);
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      field(json.currentName());
    }
    requireAll();
    return failed ? declared(null, 0) : sized();
  }

  private void field(String key) throws IOException {
    JsonToken value = json.nextToken();
    switch (key) {
      case SafetensorsFormat.DTYPE -> {
        requireOnce(key, dtypeName);
        if (value == JsonToken.VALUE_STRING) {
          dtypeName = json.getText();
        } else {
          json.skipChildren();
          fail(FormatRule.ST_ENTRY, "InvalidHeaderDeserialization", "its dtype is not a string");
        }
      }
      case SafetensorsFormat.SHAPE -> {
        requireOnce(key, shape);
        shape = numbers(key, MOST_DIMENSIONS);
      }
      case SafetensorsFormat.DATA_OFFSETS -> {
        requireOnce(key, offsets);
        offsets = numbers(key, 2);
      }
      default -> {
        extraField(key);
        json.skipChildren();
      }
    }
  }

  private void requireOnce(String key, Object earlier) throws IOException {
    if (earlier != null) {
      fail(
          FormatRule.ST_ENTRY, "InvalidHeaderDeserialization", "its entry has '" + key + "' twice");
    }
  }

  private void requireAll() throws IOException {
    String missing =
        dtypeName == null
            ? SafetensorsFormat.DTYPE
            : shape == null
                ? SafetensorsFormat.SHAPE
                : offsets == null ? SafetensorsFormat.DATA_OFFSETS : null;
    if (missing != null) {
      fail(
          FormatRule.ST_ENTRY,
          "InvalidHeaderDeserialization",
          "its entry has no '" + missing + "'");
    } else if (offsets.size() != 2) {
      fail(
          FormatRule.ST_NUMBER,
          "InvalidHeaderDeserialization",
          "data_offsets has " + offsets.size() + " numbers, not 2");
    }
  }

  private void extraField(String key) throws IOException {
    if (problems.wants(FormatRule.ST_ENTRY, Severity.WARNING)) {
      problems.keep(
          Problem.warning(FormatRule.ST_ENTRY, "Cannot interpret the entry of tensor")
              .in(file)
              .tensor(name)
              .at(text.byteOffset(nameAt))
              .because("its entry has the unknown field %s", Quoted.of(key))
              .reference("ignores it")
              .todo("rewrite the file with the safetensors library"));
    }
  }

  /** Numbers as unsigned 64-bit values; those beyond the most expected are counted as one. */
  private List<Long> numbers(String key, int most) throws IOException {
    List<Long> numbers = new ArrayList<>(2);
    if (json.currentToken() != JsonToken.START_ARRAY) {
      json.skipChildren();
      fail(FormatRule.ST_ENTRY, "InvalidHeaderDeserialization", "its " + key + " is not an array");
      return numbers;
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      Optional<Long> number = number(key);
      if (numbers.size() <= most) {
        numbers.add(number.orElse(0L));
      }
    }
    if (most == MOST_DIMENSIONS && numbers.size() > most) {
      fail(FormatRule.ST_ENTRY, "accepts it", "its shape has more than " + most + " dimensions");
    }
    return numbers;
  }

  private Optional<Long> number(String key) throws IOException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getTextLength() <= LONGEST_NUMBER
        && json.getText().charAt(0) != '-') {
      if (json.getTextLength() < LONGEST_NUMBER - 1) {
        return Optional.of(json.getLongValue());
      }
      BigInteger value = new BigInteger(json.getText());
      if (value.compareTo(LARGEST) <= 0) {
        return Optional.of(value.longValue());
      }
    }
    String found = json.currentToken().isScalarValue() ? json.getText() : "a nested value";
    json.skipChildren();
    fail(
        FormatRule.ST_NUMBER,
        "InvalidHeaderDeserialization",
        key + " has " + Quoted.plain(found) + ", not an integer from 0 to 2^64-1");
    return Optional.empty();
  }

  /** Dtype × shape = range, in arithmetic that notices when it leaves 64 bits. */
  private DeclaredTensor sized() throws IOException {
    Optional<DType> dtype = DType.named(dtypeName);
    if (dtype.isEmpty()) {
      fail(
          FormatRule.ST_DTYPE,
          "InvalidHeaderDeserialization",
          "its dtype " + Quoted.of(dtypeName) + " is unknown: its bytes are skipped");
      return declared(null, 0);
    }
    long elements = 1;
    for (long dimension : shape) {
      if (!fits(elements, dimension)) {
        return overflow("the product of");
      }
      elements *= dimension;
    }
    if (!fits(elements, dtype.get().bits())) {
      return overflow("the bits of " + dtype.get());
    }
    long bits = elements * dtype.get().bits();
    if (bits % 8 != 0) {
      fail(
          FormatRule.ST_SUBBYTE,
          "MisalignedSlice",
          "%s %s takes %s bits, which is no whole number of bytes"
              .formatted(dtype.get(), shown(), Long.toUnsignedString(bits)));
      return declared(null, 0);
    }
    return ranged(dtype.get(), elements, bits >>> 3);
  }

  /** Whether a product of unsigned numbers stays below 2^64, as in the reference. */
  private static boolean fits(long a, long b) {
    return b == 0 || Long.compareUnsigned(a, Long.divideUnsigned(-1L, b)) <= 0;
  }

  private DeclaredTensor overflow(String what) throws IOException {
    fail(FormatRule.ST_OVERFLOW, "ValidationOverflow", what + " " + shown() + " is beyond 2^64-1");
    return declared(null, 0);
  }

  private DeclaredTensor ranged(DType dtype, long elements, long bytes) throws IOException {
    long begin = offsets.get(0);
    long end = offsets.get(1);
    if (begin < 0 || end < 0) {
      fail(FormatRule.ST_NUMBER, "InvalidOffset", range() + " are beyond 2^63-1");
    } else if (begin > end) {
      fail(FormatRule.ST_SIZE, "InvalidOffset", range() + " are reversed");
    } else if (end - begin != bytes) {
      fail(
          FormatRule.ST_SIZE,
          "TensorInvalidInfo",
          "%s span %s bytes and %s %s takes %s"
              .formatted(range(), end - begin, dtype, shown(), bytes));
    } else {
      return declared(dtype, elements);
    }
    return declared(null, 0);
  }

  private String range() {
    return "data_offsets [%s, %s)"
        .formatted(Long.toUnsignedString(offsets.get(0)), Long.toUnsignedString(offsets.get(1)));
  }

  private String shown() {
    String all = shape.stream().limit(10).map(Long::toUnsignedString).toList().toString();
    return shape.size() > 10 ? all + " and more" : all;
  }

  private DeclaredTensor declared(DType dtype, long elements) throws IOException {
    boolean placed =
        offsets != null
            && offsets.size() == 2
            && offsets.get(0) >= 0
            && offsets.get(0) <= offsets.get(1);
    long begin = placed ? offsets.get(0) : -1;
    long end = placed ? offsets.get(1) : -1;
    List<Long> dimensions = dtype == null ? List.of() : bounded();
    return new DeclaredTensor(name, dtype, dimensions, elements, begin, end, nameAt);
  }

  /** Only an empty tensor can have such a dimension and still be sound. */
  private List<Long> bounded() throws IOException {
    List<Long> bounded = new ArrayList<>(shape.size());
    for (long dimension : shape) {
      if (dimension < 0 && problems.wants(FormatRule.ST_NUMBER, Severity.INFO)) {
        problems.keep(
            Problem.info(FormatRule.ST_NUMBER, "Cannot state the shape of tensor")
                .in(file)
                .tensor(name)
                .at(text.byteOffset(nameAt))
                .because("%s is beyond 2^63-1, which stands for it", shown())
                .reference("accepts it")
                .todo("nothing: the tensor is empty"));
      }
      bounded.add(dimension < 0 ? Long.MAX_VALUE : dimension);
    }
    return List.copyOf(bounded);
  }

  private void fail(FormatRule rule, String reference, String why) throws IOException {
    boolean first = !failed;
    failed = true;
    if (first && problems.wants(rule, Severity.ERROR)) {
      problems.keep(
          Problem.error(rule, "Cannot audit tensor")
              .in(file)
              .tensor(name)
              .at(text.byteOffset(nameAt))
              .because("%s", why)
              .reference(reference)
              .todo(DOWNLOAD));
    }
  }
}
