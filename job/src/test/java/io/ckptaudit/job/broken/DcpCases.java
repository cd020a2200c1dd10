package io.ckptaudit.job.broken;

import static io.ckptaudit.job.checkpoint.FormatRule.IX_GAP;
import static io.ckptaudit.job.checkpoint.FormatRule.SET_GAP;
import static io.ckptaudit.job.checkpoint.FormatRule.SET_MISMATCH;
import static io.ckptaudit.job.checkpoint.FormatRule.SET_OFFSETS;
import static io.ckptaudit.job.checkpoint.FormatRule.SET_REPLICA_DIFF;

import io.ckptaudit.job.audit.Rule;
import io.ckptaudit.job.checkpoint.dcp.DcpReader;
import io.ckptaudit.job.testing.DcpModel;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.nio.file.Files;
import java.util.List;

/** Row I7: slices of torch's DCP in three files, of which the second has the healthy tensor. */
final class DcpCases {

  private static final String ROWS = "rows.weight";
  private static final String COLUMNS = "columns.weight";
  private static final String GRID = "grid.weight";
  private static final String COPY = "copy.weight";
  private static final String ONE = DcpModel.file(1);
  private static final String TWO = DcpModel.file(2);
  private static final String THREE = DcpModel.file(3);
  private static final long AT = DcpModel.SHARDING_AT;
  private static final String AGAIN = "; download the file again from its source";
  private static final String ALL_AGAIN =
      "; download all files of the checkpoint again from one source";
  private static final String DISTRUST = "; do not trust the files; get them again from one source";

  private DcpCases() {}

  static List<BrokenCase> all() {
    return List.of(
        missingFile(),
        missingSlice(),
        overlap(),
        dtype(),
        axes(),
        replica(),
        values(),
        noInfo(),
        entry("no-entry", null, "DCP_SHARDING_INFO does not name it"),
        entry("entry", "7", "its entry in DCP_SHARDING_INFO is not an object"),
        entry("no-offsets", "{}", "its entry in DCP_SHARDING_INFO has no saved_offsets"),
        offsets("offsets-length", "[2]", "its saved_offsets have length 1 and its shape has 2"),
        offsets("offsets-more", "[2,0,0]", "its saved_offsets have length 3 and its shape has 2"),
        offsets("offsets-negative", "[-2, 0]", notAnInteger("-2")),
        offsets("offsets-fraction", "[2.0, 0]", notAnInteger("2.0")),
        offsets("offsets-text", "[2, \"0\"]", notAnInteger("0")),
        offsets("offsets-nested", "[[2], 0]", notAnInteger("a nested value")),
        offsets("offsets-huge", "[2, 9999999999999999999]", notAnInteger("9999999999999999999")),
        offsets("offsets-object", "{}", "its saved_offsets are not an array"),
        far(),
        json(
            "json",
            "{",
            "Unexpected end-of-input: expected close marker for Object (line 1, column 2)"),
        json("json-array", "[]", "it is not a JSON object"),
        json("json-more", "{} 1", "something follows its end"));
  }

  private static String notAnInteger(String found) {
    return "its saved_offsets have " + found + ", not an integer from 0 to 10^18-1";
  }

  private static long[] at(long... numbers) {
    return numbers;
  }

  private static DcpModel model() {
    DcpModel model =
        new DcpModel()
            .tensor(
                BrokenCase.SOUND,
                at(4),
                (short) 0x3F80,
                (short) 0x4000,
                (short) 0xC040,
                (short) 0x3F00)
            .tensor(ROWS, 6, 2)
            .tensor(COLUMNS, 3, 6)
            .tensor(GRID, 2, 4, 6)
            .tensor(COPY, 3)
            .whole(2, BrokenCase.SOUND);
    for (int rank = 1; rank <= 3; rank++) {
      model
          .slice(rank, ROWS, at(2L * (rank - 1), 0), at(2, 2))
          .slice(rank, COLUMNS, at(0, 2L * (rank - 1)), at(3, 2))
          .whole(rank, COPY);
    }
    return model
        .slice(1, GRID, at(0, 0, 0), at(2, 2, 3))
        .slice(2, GRID, at(0, 0, 3), at(2, 2, 3))
        .slice(3, GRID, at(0, 2, 0), at(2, 2, 6));
  }

  private static BrokenCase of(String name) {
    return BrokenCase.of("i7-" + name)
        .readBy(new DcpReader())
        .repairedFolder(model()::write)
        .audits(ROWS, COLUMNS, GRID, COPY);
  }

  private static String gap(String tensor, String file, long at, String why) {
    return "Cannot find all slices of tensor '%s' in %s at byte %d: %s%s"
        .formatted(tensor, file, at, why, ALL_AGAIN);
  }

  private static BrokenCase finds(
      BrokenCase one, String tensor, int rank, DcpModel of, String why) {
    long at = of.offset(rank, tensor);
    String file = DcpModel.file(rank);
    return one.finds(
            SET_GAP, at, "fails, or leaves what it has in their place", gap(tensor, file, at, why))
        .in(file)
        .tensor(tensor);
  }

  private static BrokenCase missingFile() {
    DcpModel model = model();
    BrokenCase one =
        of("missing-file")
            .folder(
                folder -> {
                  model.write(folder);
                  Files.delete(folder.resolve(ONE));
                })
            .findsIn(
                null,
                IX_GAP,
                "fails, or leaves what it has in their place",
                "Cannot audit the whole set of shards 'shard-*-model-00001-of-00001.safetensors': of"
                    + " ranks 1 to 3, 1 is missing, and slices of 3 tensors are; download the"
                    + " missing files");
    finds(
        one,
        ROWS,
        2,
        model,
        "of 12 elements of shape [6, 2] there are 8, and [0, 0] is the first that no file has");
    finds(
        one,
        COLUMNS,
        2,
        model,
        "of 18 elements of shape [3, 6] there are 12, and [0, 0] is the first that no file has");
    return finds(
        one,
        GRID,
        2,
        model,
        "of 48 elements of shape [2, 4, 6] there are 36, and [0, 0, 0] is the first that no file has");
  }

  private static BrokenCase missingSlice() {
    DcpModel model = model().slice(2, ROWS, at(2, 0), at(1, 2));
    return finds(
        of("missing-row").folder(model::write),
        ROWS,
        2,
        model,
        "of 12 elements of shape [6, 2] there are 10, and [3, 0] is the first that no file has");
  }

  private static BrokenCase overlap() {
    DcpModel model = model().slice(2, ROWS, at(1, 0), at(3, 2));
    long at = model.offset(2, ROWS);
    return of("overlap")
        .folder(model::write)
        .finds(
            SET_MISMATCH,
            at,
            "takes those it reads last",
            "Cannot tell which are the values of tensor '%s' in %s at byte %d: its slice [1:4, 0:2]"
                    .formatted(ROWS, TWO, at)
                + " has elements of [0:2, 0:2] in %s at byte %d; it is not audited%s"
                    .formatted(ONE, model.offset(1, ROWS), DISTRUST))
        .in(TWO)
        .tensor(ROWS);
  }

  private static BrokenCase other(
      String name, String dtype, long[] shape, String offsets, String kind) {
    DcpModel model =
        model().part(3, ROWS, dtype, shape, new byte[8], "{\"saved_offsets\":" + offsets + "}");
    long at = model.offset(3, ROWS);
    BrokenCase one =
        of(name)
            .folder(model::write)
            .finds(
                SET_MISMATCH,
                at,
                "fails",
                "Cannot put together the slices of tensor '%s' in %s at byte %d: it is %s and that of"
                        .formatted(ROWS, THREE, at, kind)
                    + " %s at byte %d is BF16 of 2 axes; this slice is not audited%s"
                        .formatted(ONE, model.offset(1, ROWS), ALL_AGAIN))
            .in(THREE)
            .tensor(ROWS);
    return one;
  }

  private static BrokenCase dtype() {
    return other("dtype", "F16", at(2, 2), "[4, 0]", "F16 of 2 axes");
  }

  private static BrokenCase axes() {
    return other("axes", "BF16", at(4), "[4]", "BF16 of 1 axis");
  }

  private static BrokenCase replica() {
    byte[] other = model().bytes(COPY, at(0), at(3));
    other[2] ^= 1;
    DcpModel model = model().part(3, COPY, "BF16", at(3), other, "{\"saved_offsets\": [0]}");
    long here = model.offset(3, COPY);
    return of("replica")
        .folder(model::write)
        .ofValues()
        .finds(
            SET_REPLICA_DIFF,
            here,
            "takes those of one rank",
            "Cannot tell which are the values of tensor '%s' in %s at byte %d: every rank should have"
                    .formatted(COPY, THREE, here)
                + " the same, and its 3 values are not those of %s at byte %d, which are audited;"
                    .formatted(ONE, model.offset(1, COPY))
                + " download both files again from one source")
        .in(THREE)
        .tensor(COPY);
  }

  /** Of a slice that is read in pieces, whose elements are runs. */
  private static BrokenCase values() {
    short[] codes = new short[48];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (short) (0x3F80 + i);
    }
    codes[24 + 6 + 4] = 0x7FC0;
    DcpModel model = model().tensor(GRID, at(2, 4, 6), codes);
    model
        .slice(1, GRID, at(0, 0, 0), at(2, 2, 3))
        .slice(2, GRID, at(0, 0, 3), at(2, 2, 3))
        .slice(3, GRID, at(0, 2, 0), at(2, 2, 6));
    long at = model.offset(2, GRID) + 2 * (6 + 3 + 1);
    return of("values-of-a-slice")
        .folder(model::write)
        .ofValues()
        .finds(
            Rule.NON_FINITE,
            at,
            null,
            "1 value not finite (1 NaN, 0 +Inf, 0 -Inf), the first at index 34 in tensor '"
                + GRID
                + "' of "
                + TWO
                + " at byte "
                + at
                + "; restore the tensor from the original, or find the step that broke it")
        .in(TWO)
        .tensor(GRID);
  }

  /** Rank 4 has a tensor of its own. */
  private static BrokenCase noInfo() {
    return of("no-sharding-info")
        .folder(
            folder -> {
              model().write(folder);
              SafetensorsBytes.file()
                  .tensor("w", "BF16", (short) 0x3F80)
                  .write(folder.resolve(DcpModel.file(4)));
            })
        .audits("w")
        .warnsIn(
            DcpModel.file(4),
            SET_OFFSETS,
            "takes them to begin at 0",
            "Cannot tell where the slices begin in "
                + DcpModel.file(4)
                + ": its metadata has no DCP_SHARDING_INFO; all of them are taken to begin at 0"
                + AGAIN);
  }

  private static BrokenCase offsets(String name, String offsets, String why) {
    return entry(name, "{\"saved_offsets\": " + offsets + "}", why);
  }

  private static BrokenCase entry(String name, String entry, String why) {
    DcpModel model = model().entry(2, ROWS, entry);
    return of(name)
        .folder(model::write)
        .finds(
            SET_OFFSETS,
            AT,
            "fails",
            "Cannot place the slice of tensor '%s' in %s at byte 45: %s; it is counted without a"
                    .formatted(ROWS, TWO, why)
                + " place"
                + AGAIN)
        .in(TWO)
        .tensor(ROWS);
  }

  /** So far off that the size of the tensor fits no number. */
  private static BrokenCase far() {
    String far = "{\"saved_offsets\": [999999999999999999, 999999999999999999]}";
    DcpModel model = model().entry(2, ROWS, far);
    return finds(
        of("offsets-far").folder(model::write),
        ROWS,
        1,
        model,
        "of 1000000000000000002000000000000000001 elements of shape [1000000000000000001,"
            + " 1000000000000000001] there are 12, and [0, 2] is the first that no file has");
  }

  private static BrokenCase json(String name, String text, String why) {
    DcpModel model = model().sharding(1, text);
    return of(name)
        .folder(model::write)
        .finds(
            SET_OFFSETS,
            AT,
            "fails",
            "Cannot place the slices in %s at byte 45: DCP_SHARDING_INFO cannot be read, %s; they are"
                    .formatted(ONE, why)
                + " counted without places"
                + AGAIN)
        .in(ONE);
  }
}
