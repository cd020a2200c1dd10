package io.ckptaudit.job.testing;

import static io.ckptaudit.job.testing.PickleBytes.pickle;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/** Writes PyTorch files as torch does, from a pickle and storages. */
public final class TorchBytes {

  /** Where the pickle begins in a file made here. */
  public static final int PICKLE_AT = 64;

  private TorchBytes() {}

  /** An archive of a pickle and the storages 0, 1, …, to which more can be added. */
  public static ZipBytes zip(byte[] pickle, byte[]... storages) {
    return zip(pickle, member -> {}, member -> {}, storages);
  }

  public static ZipBytes zip(
      byte[] pickle,
      Consumer<ZipBytes.Member> ofPickle,
      Consumer<ZipBytes.Member> ofStorages,
      byte[]... storages) {
    ZipBytes zip = ZipBytes.archive().add("archive/data.pkl", pickle, ofPickle);
    zip.add("archive/byteorder", "little");
    for (int i = 0; i < storages.length; i++) {
      zip.add("archive/data/" + i, storages[i], ofStorages);
    }
    return zip.add("archive/version", "3\n");
  }

  /** A dictionary whose keys and values are written by someone. */
  public static byte[] dict(Consumer<PickleBytes> entries) {
    PickleBytes pickle = pickle().op("}(");
    entries.accept(pickle);
    return pickle.op("u").stop();
  }

  /** F32 from 0 on. */
  public static byte[] floats(int count) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      bytes.putFloat(i);
    }
    return bytes.array();
  }

  /** A stream from before 1.6 of one object and its storages, with whatever keys and counts. */
  public static byte[] legacy(
      String magic, int protocol, byte[] object, String[] keys, long[] counts, byte[] storage) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] number = new BigInteger(magic).toByteArray();
    PickleBytes first = pickle().raw(0x8A, number.length);
    for (int i = number.length - 1; i >= 0; i--) {
      first.raw(number[i] & 0xFF);
    }
    out.writeBytes(first.stop());
    out.writeBytes(pickle().number(protocol).stop());
    out.writeBytes(dict(info -> info.text("little_endian").raw(0x88)));
    out.writeBytes(object);
    PickleBytes list = pickle().op("](");
    for (String key : keys) {
      list.text(key);
    }
    out.writeBytes(list.op("e").stop());
    for (long count : counts) {
      out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(count).array());
      out.writeBytes(storage);
    }
    return out.toByteArray();
  }

  /** A tensor of a legacy stream, whose storage ids have a sixth part. */
  public static void legacyTensor(PickleBytes pickle, String key, long elements) {
    pickle.global("torch._utils", "_rebuild_tensor_v2").op("((").text("storage");
    pickle.global("torch", "FloatStorage").text(key).text("cpu").number(elements).op("NtQ");
    pickle.number(0).numbers(elements).numbers(1).raw(0x89).orderedDict().op("tR");
  }
}
