package io.ckptaudit.job.broken;

import static io.ckptaudit.job.broken.HeaderCases.FOUR;
import static io.ckptaudit.job.broken.HeaderCases.W;
import static io.ckptaudit.job.broken.HeaderCases.w;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_DTYPE;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_ENTRY;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_NUMBER;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_OVERFLOW;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_SIZE;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_SUBBYTE;
import static io.ckptaudit.job.checkpoint.FormatRule.ST_TRAILING;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.util.ArrayList;
import java.util.List;

/** Rows S10 to S14, S19 and S20: a sound tensor 'w', and an odd one after it at byte 62. */
final class EntryCases {

  private static final String DESERIALIZATION = "InvalidHeaderDeserialization";
  private static final String WHOLE = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}";

  /** An entry without it places nothing, and has no data here. */
  private static final String RANGE = "[4,8]";

  private EntryCases() {}

  static List<BrokenCase> all() {
    List<BrokenCase> cases = new ArrayList<>();
    cases.addAll(dtypes());
    cases.addAll(fields());
    cases.addAll(numbers());
    cases.addAll(sizes());
    cases.addAll(subBytes());
    cases.addAll(accepted());
    return cases;
  }

  private static SafetensorsBytes withOdd(String entry) {
    return w().rawEntry("\"odd\":" + entry).data(FOUR);
  }

  private static BrokenCase odd(
      String name, FormatRule rule, String reference, String entry, String why) {
    return BrokenCase.of(name)
        .file(entry.contains(RANGE) ? withOdd(entry) : w().rawEntry("\"odd\":" + entry))
        .repairedFile(withOdd(WHOLE))
        .finds(
            rule,
            62,
            reference,
            "Cannot audit tensor 'odd' in bad.safetensors at byte 62: "
                + why
                + "; download the file again from its source")
        .tensor("odd")
        .audits("w");
  }

  private static String entry(String dtype, String shape, String offsets) {
    return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":%s}".formatted(dtype, shape, offsets);
  }

  private static List<BrokenCase> dtypes() {
    List<BrokenCase> cases = new ArrayList<>();
    for (String dtype : new String[] {"F7", "f32", "", "BFLOAT16", "\\u001b[31m"}) {
      cases.add(
          odd(
              "s10-dtype-" + cases.size(),
              ST_DTYPE,
              DESERIALIZATION,
              entry(dtype, "[1]", "[4,8]"),
              "its dtype '%s' is unknown: its bytes are skipped".formatted(dtype)));
    }
    return cases;
  }

  private static List<BrokenCase> fields() {
    return List.of(
        field("dtype-missing", "{\"shape\":[1],\"data_offsets\":[4,8]}", "entry has no 'dtype'"),
        field(
            "shape-missing", "{\"dtype\":\"F32\",\"data_offsets\":[4,8]}", "entry has no 'shape'"),
        field(
            "offsets-missing", "{\"dtype\":\"F32\",\"shape\":[1]}", "entry has no 'data_offsets'"),
        field(
            "dtype-twice",
            "{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}",
            "entry has 'dtype' twice"),
        field(
            "offsets-twice",
            "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8],\"data_offsets\":[4,8]}",
            "entry has 'data_offsets' twice"),
        field(
            "dtype-number",
            entry("F32", "[1]", "[4,8]").replace("\"F32\"", "1"),
            "dtype is not a string"),
        field("shape-object", entry("F32", "{\"a\":[1]}", "[4,8]"), "shape is not an array"),
        field("array", "[1,{\"a\":2}]", "entry is not an object"),
        field("null", "null", "entry is not an object"),
        unplaced(),
        BrokenCase.of("s11-extra-field")
            .file(withOdd("{\"x\":[{}]," + WHOLE.substring(1)))
            .repairedFile(withOdd(WHOLE))
            .warns(
                ST_ENTRY,
                62,
                "ignores it",
                "Cannot interpret the entry of tensor 'odd' in bad.safetensors at byte 62: its entry has the unknown field 'x'; rewrite the file with the safetensors library")
            .tensor("odd")
            .audits("w", "odd"));
  }

  /** Where no range is stated the bytes belong to none. */
  private static BrokenCase unplaced() {
    String entry = "{\"dtype\":\"F32\",\"shape\":[1]}";
    return field("range-unknown", entry, "entry has no 'data_offsets'")
        .file(withOdd(entry))
        .finds(
            ST_TRAILING,
            100,
            "MetadataIncompleteBuffer",
            "Cannot account for the end of the file in bad.safetensors at byte 100: 4 bytes follow the last tensor; look at what is hidden there; get the file from its source");
  }

  private static BrokenCase field(String name, String entry, String why) {
    return odd("s11-" + name, ST_ENTRY, DESERIALIZATION, entry, "its " + why);
  }

  private static List<BrokenCase> numbers() {
    return List.of(
        number("real", "[1.0]", "[4,8]", "shape has 1.0, not an integer from 0 to 2^64-1"),
        number("exponent", "[1e0]", "[4,8]", "shape has 1e0, not an integer from 0 to 2^64-1"),
        number("negative", "[-1]", "[4,8]", "shape has -1, not an integer from 0 to 2^64-1"),
        number(
            "two-to-the-64",
            "[18446744073709551616]",
            "[4,8]",
            "shape has 18446744073709551616, not an integer from 0 to 2^64-1"),
        number("truth", "[true]", "[4,8]", "shape has true, not an integer from 0 to 2^64-1"),
        number(
            "nested",
            "[[1]]",
            "[4,8]",
            "shape has a nested value, not an integer from 0 to 2^64-1"),
        number(
            "offset-real",
            "[1]",
            "[4,8.0]",
            "data_offsets has 8.0, not an integer from 0 to 2^64-1"),
        number(
            "offset-negative",
            "[1]",
            "[-4,8]",
            "data_offsets has -4, not an integer from 0 to 2^64-1"),
        number(
            "offset-text",
            "[1]",
            "[4,\"8\"]",
            "data_offsets has 8, not an integer from 0 to 2^64-1"),
        number("three-offsets", "[1]", "[4,8,12]", "data_offsets has 3 numbers, not 2"),
        number("one-offset", "[1]", "[4]", "data_offsets has 1 numbers, not 2"),
        odd(
            "s12-offsets-beyond-long",
            ST_NUMBER,
            "InvalidOffset",
            entry("F32", "[1]", "[9223372036854775808,9223372036854775812]"),
            "data_offsets [9223372036854775808, 9223372036854775812) are beyond 2^63-1"));
  }

  private static BrokenCase number(String name, String shape, String offsets, String why) {
    return odd("s12-" + name, ST_NUMBER, DESERIALIZATION, entry("F32", shape, offsets), why);
  }

  private static List<BrokenCase> sizes() {
    return List.of(
        overflow(
            "elements",
            "F32",
            "[4294967296,4294967296]",
            "the product of [4294967296, 4294967296]"),
        overflow(
            "then-zero",
            "F32",
            "[4294967296,4294967296,0]",
            "the product of [4294967296, 4294967296, 0]"),
        overflow("bits", "F64", "[2305843009213693952]", "the bits of F64 [2305843009213693952]"),
        odd(
            "s14-too-short",
            ST_SIZE,
            "TensorInvalidInfo",
            entry("F32", "[2]", "[4,8]"),
            "data_offsets [4, 8) span 4 bytes and F32 [2] takes 8"),
        odd(
            "s14-too-long",
            ST_SIZE,
            "TensorInvalidInfo",
            entry("F16", "[1]", "[4,8]"),
            "data_offsets [4, 8) span 4 bytes and F16 [1] takes 2"),
        odd(
            "s14-reversed",
            ST_SIZE,
            "InvalidOffset",
            entry("F32", "[1]", "[8,4]"),
            "data_offsets [8, 4) are reversed"));
  }

  private static BrokenCase overflow(String name, String dtype, String shape, String what) {
    return odd(
        "s13-" + name,
        ST_OVERFLOW,
        "ValidationOverflow",
        entry(dtype, shape, "[4,8]"),
        what + " is beyond 2^64-1");
  }

  private static List<BrokenCase> subBytes() {
    return List.of(
        odd(
            "s19-f4-one",
            ST_SUBBYTE,
            "MisalignedSlice",
            entry("F4", "[1]", "[4,8]"),
            "F4 [1] takes 4 bits, which is no whole number of bytes"),
        odd(
            "s19-f6-three",
            ST_SUBBYTE,
            "MisalignedSlice",
            entry("F6_E2M3", "[3]", "[4,8]"),
            "F6_E2M3 [3] takes 18 bits, which is no whole number of bytes"),
        BrokenCase.of("s19-f4-two")
            .file(w().entry("odd", "F4", new long[] {2}, 4, 5).data((byte) 0x21))
            .exits(0)
            .audits("w", "odd"),
        BrokenCase.of("s19-f6-four")
            .file(
                w().entry("odd", "F6_E3M2", new long[] {4}, 4, 7)
                    .data((byte) 1, (byte) 2, (byte) 3))
            .exits(0)
            .audits("w", "odd"));
  }

  private static List<BrokenCase> accepted() {
    return List.of(
        BrokenCase.of("s20-empty-and-scalar")
            .file(
                SafetensorsBytes.file()
                    .entry("none", "F32", new long[] {0}, 0, 0)
                    .rawEntry(W)
                    .entry("scalar", "F32", new long[] {}, 4, 8)
                    .entry("late", "F16", new long[] {7, 0}, 8, 8)
                    .data(FOUR)
                    .data(FOUR))
            .exits(0)
            .audits("none", "w", "scalar", "late"),
        BrokenCase.of("s20-vast-and-empty")
            .file(w().entry("odd", "F16", new long[] {0, -1}, 4, 4))
            .notes(
                ST_NUMBER,
                62,
                "accepts it",
                "Cannot state the shape of tensor 'odd' in bad.safetensors at byte 62: [0, 18446744073709551615] is beyond 2^63-1, which stands for it; nothing: the tensor is empty")
            .tensor("odd")
            .audits("w", "odd"),
        BrokenCase.of("s20-no-tensors").file(SafetensorsBytes.file()).exits(0));
  }
}
