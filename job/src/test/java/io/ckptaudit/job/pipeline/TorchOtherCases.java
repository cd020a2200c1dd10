package io.ckptaudit.job.pipeline;

import static io.ckptaudit.job.pipeline.TorchCase.SOUND;
import static io.ckptaudit.job.pipeline.TorchCase.SOUND_PICKLE;
import static io.ckptaudit.job.pipeline.TorchCase.W;
import static io.ckptaudit.job.testing.TorchBytes.dict;
import static io.ckptaudit.job.testing.TorchBytes.legacy;
import static io.ckptaudit.job.testing.TorchBytes.legacyTensor;
import static io.ckptaudit.job.testing.TorchBytes.zip;

import io.ckptaudit.job.testing.PickleBytes;
import io.ckptaudit.job.testing.ZipBytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows T24, H1 and L1: files that are no archive of torch, and streams from before 1.6. */
final class TorchOtherCases {

  private static final String MAGIC = "119547037146038801333356";
  private static final byte[] LEGACY = legacyOf(MAGIC, 1001, "0", 4);

  private final List<TorchCase> cases = new ArrayList<>();

  static List<TorchCase> all() {
    TorchOtherCases all = new TorchOtherCases();
    all.formats();
    all.standIns();
    all.streams();
    return all.cases;
  }

  private void format(String row, byte[] bytes, byte[] twin, String message) {
    cases.add(TorchCase.of(row, bytes, twin).finds("UNSUPPORTED_FORMAT", 0, message).exits(12));
  }

  private void formats() {
    byte[] script = zip(SOUND_PICKLE, W).add("archive/constants.pkl", W).bytes();
    format("T24a", script, zip(SOUND_PICKLE, W).bytes(), "TorchScript");
    byte[] tar = new byte[600];
    System.arraycopy(ascii("ustar"), 0, tar, 257, 5);
    tar[0] = 'x';
    format("T24b", tar, LEGACY, "it is a tar archive");
    format("T24c", ascii("PYTORCH1 and more"), SOUND, "preview");
    format("T24d", ZipBytes.archive().add("w.npy", W).bytes(), SOUND, "NumPy archive");
    byte[] sevenZip = {'7', 'z', (byte) 0xBC, (byte) 0xAF, 0x27, 0x1C, 0, 4};
    format("T24e", sevenZip, SOUND, "7z");
    format("T24f", new byte[] {0x1F, (byte) 0x8B, 8, 0, 0, 0}, SOUND, "gzip");
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void standIns() {
    String none = "NOT_A_CHECKPOINT";
    cases.add(TorchCase.of("H1a", ascii("<html>404"), SOUND).finds(none, 0, "HTML"));
    cases.add(TorchCase.of("H1b", new byte[0], SOUND).finds("NOT_DOWNLOADED", 0, "an empty file"));
    cases.add(TorchCase.of("H1c", W, SOUND).finds(none, 0, "begins like no format that is known"));
  }

  private static byte[] legacyOf(String magic, int protocol, String key, long count) {
    byte[] object = dict(p -> legacyTensor(p.text("w"), "0", 4));
    return legacy(magic, protocol, object, new String[] {key}, new long[] {count}, W);
  }

  private void stream(String row, byte[] bytes, String rule, long at, String message) {
    cases.add(TorchCase.of(row, bytes, LEGACY).finds(rule, at, message));
  }

  private void streams() {
    String header = "LEG_HEADER";
    String other = "119547037146038801333357";
    stream("L1a", legacyOf(other, 1001, "0", 4), header, 0, "not the magic number");
    stream("L1b", legacyOf(MAGIC, 1002, "0", 4), header, 15, "its protocol is not 1001");
    stream(
        "L1c",
        legacyOf(MAGIC, 1001, "0", 5),
        "LEG_STORAGE",
        LEGACY.length - 24L,
        "it states 5 elements and tensors say 4");
    byte[] part = Arrays.copyOf(LEGACY, LEGACY.length - 1);
    stream("L1d", part, "LEG_TRUNCATED", part.length, "before the 16 bytes of it do");
    byte[] longer = Arrays.copyOf(LEGACY, LEGACY.length + 3);
    cases.add(
        TorchCase.of("L1e", longer, LEGACY)
            .finds("LEG_TRAILING", LEGACY.length, "3 bytes follow")
            .exits(0));
    byte[] object = dict(p -> legacyTensor(p.text("w"), "0", 4));
    byte[] omitted = legacy(MAGIC, 1001, object, new String[] {}, new long[] {}, W);
    PickleBytes before = PickleBytes.pickle().op("}(").text("w");
    before.global("torch._utils", "_rebuild_tensor_v2").op("((").text("storage");
    before.global("torch", "FloatStorage").text("0").text("cpu").number(4).op("NtQ");
    int keys = PickleBytes.pickle().op("](").text("0").op("e").stop().length;
    long storage = LEGACY.length - 24 - keys - object.length + before.position() - 1L;
    cases.add(
        TorchCase.of("L1f", omitted, LEGACY)
            .finds("PT_MISSING_STORAGE", storage, "the list of keys does not have '0'"));
    byte[] plain = PickleBytes.pickle().op("}").stop();
    stream("L1g", plain, header, 0, "not the magic number");
  }
}
