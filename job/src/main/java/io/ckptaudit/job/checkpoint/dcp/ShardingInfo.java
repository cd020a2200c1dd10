package io.ckptaudit.job.checkpoint.dcp;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.StrictJson;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.checkpoint.safetensors.SlicedShard;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the slices of one file begin: {@code {"name": {"saved_offsets": [0, 64]}, …}}. Names of
 * tensors that the file does not have are passed over, as torch does.
 */
final class ShardingInfo {
  private static final String OFFSETS = "saved_offsets";
  private static final String TODO = "download the file again from its source";

  /** Digits of a number that fits. */
  private static final int LONGEST_NUMBER = 18;

  private final SlicedShard shard;
  private final String file;
  private final Problems problems;
  private final Map<String, TensorEntry> tensors = new HashMap<>();
  private final Map<String, List<Long>> begins = new HashMap<>();

  /** What is wrong with the offsets of tensors that are named. */
  private final Map<String, String> faults = new HashMap<>();

  ShardingInfo(SlicedShard shard, String file, Problems problems) {
    this.shard = shard;
    this.file = file;
    this.problems = problems;
    shard.header().tensors().forEach(tensor -> tensors.put(tensor.name(), tensor));
  }

  /** By tensor; without those of which it is not known, of which there is a problem. */
  Map<String, List<Long>> begins() throws IOException {
    if (tensors.isEmpty()) {
      return Map.of();
    }
    if (shard.sharding() == null) {
      problems.add(unstated());
      tensors.forEach(
          (name, tensor) -> begins.put(name, Collections.nCopies(tensor.shape().size(), 0L)));
    } else if (parsed()) {
      shard.header().tensors().forEach(this::verify);
    }
    return begins;
  }

  private Problem unstated() {
    return Problem.warning(FormatRule.SET_OFFSETS, "Cannot tell where the slices begin")
        .in(file)
        .because("its metadata has no DCP_SHARDING_INFO; all of them are taken to begin at 0")
        .reference("takes them to begin at 0")
        .todo(TODO);
  }

  private boolean parsed() throws IOException {
    try (JsonParser json = StrictJson.parser(shard.sharding())) {
      return object(json);
    }
  }

  private boolean object(JsonParser json) throws IOException {
    try {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return unusable("it is not a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        tensor(json, json.currentName());
      }
      return json.nextToken() == null || unusable("something follows its end");
    } catch (JsonProcessingException e) {
      return unusable(StrictJson.failure(json, e).inWords());
    }
  }

  private boolean unusable(String why) {
    begins.clear();
    problems.add(
        Problem.error(FormatRule.SET_OFFSETS, "Cannot place the slices")
            .in(file)
            .at(shard.shardingAt())
            .because("DCP_SHARDING_INFO cannot be read, %s; they are counted without places", why)
            .reference("fails")
            .todo(TODO));
    return false;
  }

  private void tensor(JsonParser json, String name) throws IOException {
    JsonToken value = json.nextToken();
    TensorEntry tensor = tensors.get(name);
    if (tensor == null) {
      json.skipChildren();
      return;
    }
    List<Long> offsets = new ArrayList<>();
    String fault = entry(json, value, tensor.shape(), offsets);
    boolean twice = begins.remove(name) != null || faults.containsKey(name);
    if (fault != null || twice) {
      faults.put(name, twice ? "DCP_SHARDING_INFO names it twice" : fault);
    } else {
      begins.put(name, List.copyOf(offsets));
    }
  }

  /** Takes what an entry has; what is wrong with it, or null. */
  private static String entry(
      JsonParser json, JsonToken value, List<Long> shape, List<Long> offsets) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      json.skipChildren();
      return "its entry in DCP_SHARDING_INFO is not an object";
    }
    String fault = "its entry in DCP_SHARDING_INFO has no saved_offsets";
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean asked = json.currentName().equals(OFFSETS);
      json.nextToken();
      if (asked) {
        offsets.clear();
        fault = offsets(json, shape, offsets);
      } else {
        json.skipChildren();
      }
    }
    return fault;
  }

  /** Takes the offsets; what is wrong with them, or null. */
  private static String offsets(JsonParser json, List<Long> shape, List<Long> offsets)
      throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      json.skipChildren();
      return "its saved_offsets are not an array";
    }
    String fault = null;
    long count = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (fault == null && count < shape.size()) {
        fault = offset(json, shape.get((int) count), offsets);
      }
      json.skipChildren();
      count++;
    }
    return fault != null || count == shape.size()
        ? fault
        : "its saved_offsets have length %s and its shape has %s".formatted(count, shape.size());
  }

  private static String offset(JsonParser json, long length, List<Long> offsets)
      throws IOException {
    boolean number =
        json.currentToken() == JsonToken.VALUE_NUMBER_INT
            && json.getTextLength() <= LONGEST_NUMBER
            && json.getText().charAt(0) != '-';
    if (!number) {
      String found =
          json.currentToken().isScalarValue() ? Quoted.plain(json.getText()) : "a nested value";
      return "its saved_offsets have %s, not an integer from 0 to 10^18-1".formatted(found);
    }
    long offset = json.getLongValue();
    offsets.add(offset);
    return length <= Long.MAX_VALUE - offset
        ? null
        : "it begins at %s and has %s there, which is beyond 2^63-1".formatted(offset, length);
  }

  private void verify(TensorEntry tensor) {
    if (begins.containsKey(tensor.name())) {
      return;
    }
    String why = faults.getOrDefault(tensor.name(), "DCP_SHARDING_INFO does not name it");
    problems.add(
        Problem.error(FormatRule.SET_OFFSETS, "Cannot place the slice of tensor")
            .in(file)
            .tensor(tensor.name())
            .at(shard.shardingAt())
            .because("%s; it is counted without a place", why)
            .reference("fails")
            .todo(TODO));
  }
}
