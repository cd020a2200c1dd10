package io.ckptaudit.job.sampledata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A model as transformers saves it: shards, their index, config.json. */
final class ModelFolder {

  /** Tensors fill a shard in their order until the next would pass this. */
  private static final int SHARD_SIZE = 128 << 10;

  private final Path folder;

  private ModelFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * @param declared the dtype in config.json, whatever the tensors are
   */
  static void write(Path folder, ModelShape shape, List<Tensor> tensors, String declared)
      throws IOException {
    ModelFolder model = new ModelFolder(Files.createDirectories(folder));
    model.weights(tensors);
    model.config(shape, declared);
  }

  private void weights(List<Tensor> tensors) throws IOException {
    List<List<Tensor>> shards = shards(tensors);
    Map<String, String> fileOf = new TreeMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String file = "model-%05d-of-%05d.safetensors".formatted(i + 1, shards.size());
      shards.get(i).forEach(tensor -> fileOf.put(tensor.name(), file));
      write(file, ShardFile.of(shards.get(i)));
    }
    long total = tensors.stream().mapToLong(Tensor::size).sum();
    Map<String, Object> index = new TreeMap<>();
    index.put("metadata", Map.of("total_size", total));
    index.put("weight_map", fileOf);
    write("model.safetensors.index.json", Json.indented(index));
  }

  private static List<List<Tensor>> shards(List<Tensor> tensors) {
    List<List<Tensor>> shards = new ArrayList<>();
    int room = 0;
    for (Tensor tensor : tensors) {
      if (tensor.size() > room) {
        shards.add(new ArrayList<>());
        room = SHARD_SIZE;
      }
      shards.get(shards.size() - 1).add(tensor);
      room -= tensor.size();
    }
    return shards;
  }

  private void config(ModelShape shape, String declared) throws IOException {
    Map<String, Object> config = new TreeMap<>();
    config.put("architectures", List.of("LlamaForCausalLM"));
    config.put("hidden_act", "silu");
    config.put("hidden_size", shape.hiddenSize());
    config.put("intermediate_size", shape.intermediateSize());
    config.put("model_type", "llama");
    config.put("num_attention_heads", shape.attentionHeads());
    config.put("num_hidden_layers", shape.layers());
    config.put("num_key_value_heads", shape.keyValueHeads());
    config.put("tie_word_embeddings", false);
    config.put("torch_dtype", declared);
    config.put("vocab_size", shape.vocabularySize());
    write("config.json", Json.indented(config));
  }

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
  }
}
