package io.ckptaudit.job.checkpoint.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.ckptaudit.job.checkpoint.FileKind;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.MalformedTextException;
import io.ckptaudit.job.checkpoint.OtherFile;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.ShardStatus;
import io.ckptaudit.job.checkpoint.SliceFile;
import io.ckptaudit.job.checkpoint.StrictJson;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.checkpoint.Utf8Text;
import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** Reads one file from its first byte to the end of its header. */
final class ShardScan {
  private static final String TOO_SMALL = "HeaderTooSmall";
  private static final String TOO_LARGE = "HeaderTooLarge";
  private static final String BAD_LENGTH = "InvalidHeaderLength";
  private static final String DESERIALIZATION = "InvalidHeaderDeserialization";
  private static final String DOWNLOAD = "download the file again from its source";

  /** The text is read in pieces; what is held are names, shapes and entries. */
  private static final int HEAP_PER_BYTE = 6;

  /** Where slices begin is in one string, which is held whole and then parsed. */
  private static final int HEAP_PER_BYTE_OF_SLICES = 10;

  private final RangeReader file;
  private final String name;
  private final Problems problems;
  private boolean slicesWanted;
  private String sharding;
  private long shardingAt = -1;

  ShardScan(RangeReader file, String name) {
    this.file = file;
    this.name = name;
    this.problems = new Problems(name);
  }

  /** The same of a file that may hold slices of tensors, with what it says of them. */
  SlicedShard slices() throws IOException {
    slicesWanted = true;
    ShardHeader header = header();
    return new SlicedShard(header, sharding, shardingAt);
  }

  ShardHeader header() throws IOException {
    if (file.length() < SafetensorsFormat.PREFIX_BYTES) {
      tooShort();
      return insteadOf(FileKind.of(FileKind.prefix(file, 0)), TOO_SMALL);
    }
    ByteBuffer prefix =
        ByteBuffer.allocate(SafetensorsFormat.PREFIX_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.readFully(0, prefix);
    long length = prefix.getLong(0);
    boolean tooLong = Long.compareUnsigned(length, SafetensorsFormat.LONGEST_HEADER) > 0;
    if (tooLong || SafetensorsFormat.dataStart(length) > file.length()) {
      Optional<FileKind> kind = FileKind.of(FileKind.prefix(file, 0));
      if (kind.isEmpty()) {
        problems.add(badLength(length, tooLong));
      }
      return insteadOf(kind, tooLong ? TOO_LARGE : BAD_LENGTH);
    }
    if (length == 0) {
      problems.add(json(SafetensorsFormat.PREFIX_BYTES, "it has 0 bytes").todo(DOWNLOAD));
      return insteadOf(
          FileKind.of(FileKind.prefix(file, 0)).filter(FileKind.ZEROS::equals), DESERIALIZATION);
    }
    return parse(length);
  }

  private void tooShort() {
    problems.add(
        Problem.error(FormatRule.ST_HEADER_SHORT, "Cannot read the header length")
            .in(name)
            .at(0)
            .because("the file has %d bytes and the length alone takes 8", file.length())
            .reference(TOO_SMALL)
            .todo(DOWNLOAD));
  }

  private Problem badLength(long length, boolean tooLong) {
    Problem.Sentence sentence =
        Problem.error(FormatRule.ST_HEADER_LENGTH, "Cannot read the header").in(name).at(0);
    String unsigned = Long.toUnsignedString(length);
    return tooLong
        ? sentence
            .because(
                "it states %s bytes, beyond the limit of %d",
                unsigned, SafetensorsFormat.LONGEST_HEADER)
            .reference(TOO_LARGE)
            .todo(DOWNLOAD)
        : sentence
            .because("it states %s bytes and the file has %d", unsigned, file.length())
            .reference(BAD_LENGTH)
            .todo(DOWNLOAD);
  }

  /** For a file without a header: says what the file is instead, as far as that can be told. */
  private ShardHeader insteadOf(Optional<FileKind> kind, String reference) throws IOException {
    if (kind.isEmpty()) {
      return ShardHeader.unread(ShardStatus.DAMAGED, problems.all());
    }
    return OtherFile.header(kind.get(), file, name, problems, reference);
  }

  private ShardHeader parse(long length) throws IOException {
    file.takeHeap((slicesWanted ? HEAP_PER_BYTE_OF_SLICES : HEAP_PER_BYTE) * length);
    Utf8Text text = new Utf8Text(file, SafetensorsFormat.PREFIX_BYTES, length);
    HeaderParser parser = new HeaderParser(text, name, problems);
    boolean decoded = true;
    try (JsonParser json = StrictJson.parser(text)) {
      parse(parser, json, text);
    } catch (MalformedTextException e) {
      decoded = false;
      problems.add(
          Problem.error(FormatRule.ST_HEADER_ENCODING, "Cannot decode the header")
              .in(name)
              .at(e.byteOffset())
              .because("%s", e.getMessage())
              .reference(e.isUtf8() ? DESERIALIZATION : "InvalidHeader")
              .todo(DOWNLOAD));
    }
    sharding = parser.sharding();
    shardingAt = parser.shardingAt();
    if (decoded && !slicesWanted && DistributedPart.hasSlices(name, sharding)) {
      return refused();
    }
    if (!decoded || !parser.isComplete()) {
      return ShardHeader.unread(ShardStatus.DAMAGED, problems.all());
    }
    List<TensorEntry> tensors =
        new DataLayout(file, name, length, problems).place(parser.tensors());
    return ShardHeader.of(tensors, parser.names(), problems);
  }

  /** Slices have the names of their tensors, and would pass for them. */
  private ShardHeader refused() {
    String todo =
        SliceFile.isOne(name)
            ? "audit its folder, with the files of all ranks"
            : "give the files of all ranks the names that torch gave them"
                + " (shard-00001-model-00001-of-00001.safetensors), and audit their folder";
    problems.add(
        Problem.error(FormatRule.UNSUPPORTED_FORMAT, "Cannot audit the file")
            .in(name)
            .at(shardingAt)
            .because("it is a part of a distributed checkpoint (DCP), with slices of tensors")
            .reference("takes each slice for a whole tensor")
            .todo(todo));
    return ShardHeader.unread(ShardStatus.UNSUPPORTED, problems.all());
  }

  private void parse(HeaderParser parser, JsonParser json, Utf8Text text) throws IOException {
    try {
      parser.parse(json);
    } catch (JsonProcessingException e) {
      StrictJson.Failure failure = StrictJson.failure(json, e);
      problems.add(json(text.byteOffset(failure.charOffset()), failure.inWords()).todo(DOWNLOAD));
    }
  }

  private Problem.Sentence json(long at, String why) {
    return Problem.error(FormatRule.ST_HEADER_JSON, "Cannot parse the header")
        .in(name)
        .at(at)
        .because("%s", why)
        .reference(DESERIALIZATION);
  }
}
