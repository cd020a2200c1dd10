package io.ckptaudit.job.broken;

import static io.ckptaudit.job.checkpoint.FormatRule.PT_CRC;
import static io.ckptaudit.job.checkpoint.FormatRule.SET_CHECKLIST;
import static io.ckptaudit.job.checkpoint.FormatRule.SET_GAP;
import static io.ckptaudit.job.checkpoint.FormatRule.SET_MISMATCH;
import static io.ckptaudit.job.checkpoint.FormatRule.SET_PARAMS;
import static io.ckptaudit.job.checkpoint.FormatRule.SET_REPLICA_DIFF;

import io.ckptaudit.job.audit.Rule;
import io.ckptaudit.job.checkpoint.meta.MetaReader;
import io.ckptaudit.job.testing.MetaModel;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;

/** Row I6: model-parallel ranks, of which every one has a copy of the healthy tensor. */
final class MetaCases {

  private static final String ZERO = "consolidated.00.pth";
  private static final String ONE = "consolidated.01.pth";
  private static final String PARAMS = "params.json";
  private static final String CHECKLIST = "checklist.chk";
  private static final String NORM = "norm.weight";
  private static final String EMBEDDING = "tok_embeddings.weight";
  private static final String WO = "layers.0.attention.wo.weight";
  private static final String MD5 = "d41d8cd98f00b204e9800998ecf8427e  ";
  private static final String RANKS_AGAIN = "; download all ranks again from one source";
  private static final String BOTH_AGAIN =
      "; download params.json and the ranks again from one source";

  private MetaCases() {}

  static List<BrokenCase> all() {
    return List.of(
        gap(),
        promised(),
        replica(),
        checksum(),
        values(),
        part(),
        shape(),
        stated("n_kv_heads", "\"n_kv_heads\": 2", "\"n_kv_heads\": 1", sizes(2, 4))
            .tensor("layers.0.attention.wk.weight"),
        stated(
            "n_layers",
            "\"n_layers\": 1",
            "\"n_layers\": 2",
            "Cannot match n_layers with the model in params.json at byte 23: it is 2 and the"
                + " tensors have 1 layers"
                + BOTH_AGAIN),
        notJson(),
        withoutParams(),
        line());
  }

  private static String sizes(int stated, int found) {
    return "Cannot match n_kv_heads with tensor 'layers.0.attention.wk.weight' in params.json at"
        + " byte 54: by it axis 0 has "
        + stated
        + " elements, and it has "
        + found
        + " (and so for 1 more)"
        + BOTH_AGAIN;
  }

  private static MetaModel model(int ranks) {
    short[] sound = {0x3F80, 0x4000, (short) 0xC040, 0x3F00};
    return MetaModel.ofRanks(ranks).add(BrokenCase.SOUND, MetaModel.COPIED, new long[] {4}, sound);
  }

  private static BrokenCase of(String name) {
    BrokenCase one =
        BrokenCase.of("i6-" + name).readBy(new MetaReader()).repairedFolder(model(2)::write);
    MetaModel.ofRanks(2).names().forEach(one::audits);
    return one;
  }

  private static BrokenCase gap() {
    return of("gap")
        .folder(
            folder -> {
              model(3).write(folder);
              Files.delete(folder.resolve(ONE));
            })
        .repairedFolder(model(3)::write)
        .findsIn(
            ONE,
            SET_GAP,
            "fails",
            "Cannot audit the parts of rank 1 in consolidated.01.pth: there are 2 files up to"
                + " rank 2, and this file is missing; download it from its source");
  }

  private static BrokenCase promised() {
    return of("gap-by-checklist")
        .folder(
            folder -> {
              model(2).write(folder);
              Files.delete(folder.resolve(ONE));
              Files.delete(folder.resolve(PARAMS));
              String lines = MD5 + ZERO + "\n" + MD5 + ONE + "\n" + MD5 + PARAMS + "\n";
              Files.writeString(folder.resolve(CHECKLIST), lines);
            })
        .warnsIn(
            PARAMS,
            SET_PARAMS,
            "fails",
            "Cannot hold the shapes against the sizes in params.json: there is no such file;"
                + " download it from its source")
        .warns(
            SET_CHECKLIST,
            108,
            "fails",
            "Cannot find the file 'params.json' in checklist.chk at byte 108: the checklist names"
                + " it and the folder does not have it; download it from its source")
        .in(CHECKLIST)
        .findsIn(
            ONE,
            SET_GAP,
            "fails",
            "Cannot audit the parts of rank 1 in consolidated.01.pth: checklist.chk names it, and"
                + " this file is missing; download it from its source")
        .exits(10);
  }

  private static BrokenCase replica() {
    byte[] other = model(2).part(1, NORM);
    other[2] ^= 1;
    MetaModel broken = model(2).instead(1, NORM, other, 4);
    long here = broken.rank(1).offsets().get(NORM);
    long there = broken.rank(0).offsets().get(NORM);
    return of("replica")
        .folder(broken::write)
        .ofValues()
        .finds(
            SET_REPLICA_DIFF,
            here,
            "takes those of one rank",
            "Cannot tell which are the values of tensor 'norm.weight' in consolidated.01.pth at"
                + " byte %d: every rank should have the same, and its 4 values are not those of"
                    .formatted(here)
                + " consolidated.00.pth at byte %d, which are audited; download both files again"
                    .formatted(there)
                + " from one source")
        .in(ONE)
        .tensor(NORM);
  }

  private static BrokenCase checksum() {
    MetaModel.RankBytes rank = model(2).rank(1);
    byte[] bytes = rank.bytes();
    byte[] part = model(2).part(1, WO);
    int recorded = crc32(part);
    long at = rank.offsets().get(WO);
    bytes[(int) at] ^= 1;
    part[0] ^= 1;
    return of("checksum-of-a-part")
        .folder(
            folder -> {
              model(2).write(folder);
              Files.write(folder.resolve(ONE), bytes);
            })
        .ofValues()
        .finds(
            PT_CRC,
            at,
            "does not check it",
            String.format(
                Locale.ROOT,
                "Cannot trust the values of tensor '%s' in consolidated.01.pth at byte %d: its 16"
                    + " bytes have the CRC-32 %08x and %08x is recorded; download the file again"
                    + " from its source",
                WO,
                at,
                crc32(part),
                recorded))
        .in(ONE)
        .tensor(WO);
  }

  /** A NaN, and a row far off, in the columns of the second rank. */
  private static BrokenCase values() {
    MetaModel sound = model(2);
    short[] wo = sound.codes(WO).clone();
    wo[6] = 0x7FC0;
    short[] embedding = sound.codes(EMBEDDING).clone();
    embedding[4 * 5 + 3] = 0x4700;
    MetaModel broken =
        model(2).add(WO, 1, new long[] {4, 4}, wo).add(EMBEDDING, 1, new long[] {8, 4}, embedding);
    long nanAt = broken.rank(1).offsets().get(WO) + 2 * 2;
    long rowAt = broken.rank(0).offsets().get(EMBEDDING) + 2 * 5 * 2;
    return of("values-of-a-part")
        .folder(broken::write)
        .ofValues()
        .finds(
            Rule.NON_FINITE,
            nanAt,
            null,
            "1 value not finite (1 NaN, 0 +Inf, 0 -Inf), the first at index 6 in tensor '"
                + WO
                + "' of consolidated.01.pth at byte "
                + nanAt
                + "; restore the tensor from the original, or find the step that broke it")
        .in(ONE)
        .tensor(WO)
        .warns(
            Rule.EMBEDDING_ROWS_FAR,
            rowAt,
            null,
            "1 of 8 rows have values up to 32768.0, where the median row has up to "
                + medianOfRows(embedding)
                + ", the first row 5 in tensor '"
                + EMBEDDING
                + "' of consolidated.00.pth at byte "
                + rowAt
                + "; compare these rows with the original; tokens added later may need to be"
                + " initialised again")
        .in(ZERO)
        .tensor(EMBEDDING)
        .exits(10);
  }

  /** Of the largest in each row of four. */
  private static double medianOfRows(short[] codes) {
    double[] largest = new double[codes.length / 4];
    for (int i = 0; i < codes.length; i++) {
      largest[i / 4] = Math.max(largest[i / 4], Float.intBitsToFloat(codes[i] << Short.SIZE));
    }
    Arrays.sort(largest);
    return largest[largest.length / 2];
  }

  private static int crc32(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static BrokenCase part() {
    MetaModel broken = model(2).instead(1, WO, null);
    return of("part-missing")
        .folder(broken::write)
        .findsIn(
            ONE,
            SET_MISMATCH,
            "fails",
            "Cannot find its part of tensor '%s' in consolidated.01.pth: consolidated.00.pth has"
                    .formatted(WO)
                + " one at byte "
                + broken.rank(0).offsets().get(WO)
                + RANKS_AGAIN)
        .tensor(WO);
  }

  private static BrokenCase shape() {
    MetaModel broken = model(2).instead(1, WO, new byte[] {1, 2, 3, 4, 5, 6}, 1, 3);
    long at = broken.rank(1).offsets().get(WO);
    return of("part-of-another-shape")
        .folder(broken::write)
        .finds(
            SET_MISMATCH,
            at,
            "fails",
            "Cannot put together the parts of tensor '%s' in consolidated.01.pth at byte %d: it"
                    .formatted(WO, at)
                + " is BF16 [1, 3] and that of consolidated.00.pth at byte "
                + broken.rank(0).offsets().get(WO)
                + " is BF16 [4, 2]; this part is not audited"
                + RANKS_AGAIN)
        .in(ONE)
        .tensor(WO);
  }

  private static BrokenCase stated(String key, String right, String wrong, String message) {
    String params = model(2).params();
    return of(key)
        .folder(
            folder -> {
              model(2).write(folder);
              Files.writeString(folder.resolve(PARAMS), params.replace(right, wrong));
            })
        .finds(SET_PARAMS, params.indexOf(right) + right.length() - 1, "fails", message)
        .in(PARAMS);
  }

  private static BrokenCase notJson() {
    return of("params-json")
        .folder(
            folder -> {
              model(2).write(folder);
              Files.writeString(folder.resolve(PARAMS), "{\"dim\": \"4\"} x");
            })
        .finds(
            SET_PARAMS,
            8,
            "fails",
            "Cannot use the sizes in params.json at byte 8: dim is '4', not an integer from 0 to"
                + " 999999999; download it again from its source")
        .in(PARAMS)
        .finds(
            SET_PARAMS,
            13,
            "fails",
            "Cannot use the sizes in params.json at byte 13: Unrecognized token \"x\": was expecting"
                + " (line 1, column 14); download it again from its source")
        .in(PARAMS);
  }

  private static BrokenCase withoutParams() {
    return of("no-params")
        .folder(
            folder -> {
              model(2).write(folder);
              Files.delete(folder.resolve(PARAMS));
            })
        .warnsIn(
            PARAMS,
            SET_PARAMS,
            "fails",
            "Cannot hold the shapes against the sizes in params.json: there is no such file;"
                + " download it from its source");
  }

  private static BrokenCase line() {
    String sound = MD5 + ZERO + "\n" + MD5 + ONE + "\n";
    return of("checklist-line")
        .folder(
            folder -> {
              model(2).write(folder);
              Files.writeString(folder.resolve(CHECKLIST), sound + MD5 + "../../secret\n");
            })
        .repairedFolder(
            folder -> {
              model(2).write(folder);
              Files.writeString(folder.resolve(CHECKLIST), sound + MD5 + PARAMS);
            })
        .warns(
            SET_CHECKLIST,
            sound.length(),
            "ignores it, or fails",
            "Cannot use a line of the checklist in checklist.chk at byte 108: of the name"
                + " '../../secret', it has an empty, '.' or '..' part; download it again from its"
                + " source")
        .in(CHECKLIST);
  }
}
