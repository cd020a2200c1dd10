package io.ckptaudit.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every format that has indexes over its shards does with them. */
public abstract class IndexedReaderContract extends CheckpointReaderContract {

  protected abstract String indexName();

  private void index(String... tensorsAndFiles) throws IOException {
    StringBuilder map = new StringBuilder();
    for (int i = 0; i < tensorsAndFiles.length; i += 2) {
      map.append(i == 0 ? "" : ",")
          .append("\"%s\":\"%s\"".formatted(tensorsAndFiles[i], tensorsAndFiles[i + 1]));
    }
    String json = "{\"metadata\":{},\"weight_map\":{" + map + "}}";
    write(indexName(), json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aFolderWithAnIndexIsOneCheckpoint() throws IOException {
    write(shardName("m-00001-of-00002"), shard("a"));
    write(shardName("m-00002-of-00002"), shard("b"));
    index("a", shardName("m-00001-of-00002"), "b", shardName("m-00002-of-00002"));
    for (Path path : List.of(folder, folder.resolve(indexName()))) {
      Checkpoint opened = open(path);
      assertThat(opened.problems()).isEmpty();
      assertThat(opened.tensors()).extracting(TensorEntry::name).containsExactly("a", "b");
      assertThat(opened.uri()).doesNotEndWith("json");
    }
  }

  @Test
  void theIndexIsHeldAgainstTheShards() throws IOException {
    write(shardName("one"), shard("a", "extra"));
    write(shardName("orphan"), shard("z"));
    index("a", shardName("one"), "gone", shardName("one"), "c", shardName("nowhere"));
    assertThat(rules(open(folder)))
        .containsExactlyInAnyOrder("IX_MISMATCH", "IX_MISMATCH", "IX_ORPHAN", "IX_MISSING_SHARD");
  }

  @Test
  void noNameLeadsOut() throws IOException {
    write(shardName("one"), shard("a"));
    index("a", shardName("one"), "b", shardName("../../etc/passwd"));
    assertThat(rules(open(folder))).containsExactly("IX_PATH_ESCAPE");
  }

  @Test
  void numbersInNamesAreComplete() throws IOException {
    write(shardName("m-00001-of-00003"), shard("a"));
    write(shardName("m-00003-of-00003"), shard("b"));
    assertThat(rules(open(folder))).containsExactly("IX_GAP");
  }

  @Test
  void openingAnIndexTwiceSaysTheSame() throws IOException {
    write(shardName("one"), shard("a"));
    index("a", shardName("one"), "b", shardName("two"));
    assertThat(open(folder)).isEqualTo(open(folder));
  }
}
