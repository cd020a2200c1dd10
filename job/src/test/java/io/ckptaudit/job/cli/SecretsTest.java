package io.ckptaudit.job.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.pipeline.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What must not be stored or printed. */
class SecretsTest {

  @Test
  void settingsThatAreSecretsAreNotStored() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("spark.hadoop.fs.s3a.access.key", "AKIA");
    settings.put("spark.hadoop.fs.s3a.secret.key", "hush");
    settings.put("spark.hadoop.fs.s3a.session.token", "hush");
    settings.put("spark.hadoop.fs.s3a.bucket.weights.secret.key", "hush");
    settings.put("spark.hadoop.fs.azure.account.key.x.blob.core.windows.net", "hush");
    settings.put("spark.ssl.keyStorePassword", "hush");
    settings.put("spark.hadoop.fs.s3a.endpoint", "http://127.0.0.1:9000");
    settings.put("spark.executor.memory", "4g");
    Map<String, String> redacted = Settings.redacted(settings);
    assertThat(redacted.values()).doesNotContain("hush", "AKIA");
    assertThat(redacted)
        .containsEntry("spark.hadoop.fs.s3a.endpoint", "http://127.0.0.1:9000")
        .containsEntry("spark.executor.memory", "4g");
  }

  @ParameterizedTest
  @CsvSource({
    "s3a://AKIA:hush@weights/a, s3a://weights/a",
    "s3a://AKIA@weights/a, s3a://weights/a",
    "S3A://AKIA@weights/a, S3A://weights/a",
    "https://hush@store/a, https://store/a",
    "ftp://me:hush@store/a b, ftp://store/a b",
    "abfss://one@account.dfs.core.windows.net/a, abfss://one@account.dfs.core.windows.net/a",
    "wasb://one@account.blob.core.windows.net/a, wasb://one@account.blob.core.windows.net/a",
    "abfs://one:hush@account/a, abfs://account/a",
    "abfs://one@account/a s3n://AKIA:hush@b/c, abfs://one@account/a s3n://b/c",
    "xabfs://hush@account/a, xabfs://account/a",
    "/local/user@host, /local/user@host"
  })
  void ofAUriTheUserIsLeftOutAndTheContainerIsNot(String uri, String stored) {
    assertThat(Settings.withoutUserInfo(uri)).isEqualTo(stored);
  }

  @Test
  void errorsDoNotRepeatTheUserOfAUri() {
    CommandLine commandLine = Main.commandLine();
    StringWriter err = new StringWriter();
    commandLine.setErr(new PrintWriter(err));
    new ExitCodes()
        .handleExecutionException(
            new IOException("Cannot find 's3a://AKIA:hush@weights/llama'; check the spelling"),
            commandLine,
            null);
    assertThat(err.toString())
        .contains("Cannot find 's3a://weights/llama'; check the spelling")
        .doesNotContain("hush", "AKIA");
  }
}
