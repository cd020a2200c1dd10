package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.testing.CountingS3;
import io.ckptaudit.job.testing.CountingS3.Opening;
import io.ckptaudit.job.testing.Product;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.s3a.S3AInputPolicy;
import org.apache.hadoop.fs.s3a.impl.streams.InputStreamType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The streams that weights are read from are those that conf/ documents. */
class StoreStreamsIT extends FaultyStore {

  private static final String STREAM = "fs.s3a.input.stream.type";

  /** Nobody but the program has set it in this session. */
  @Test
  void weightsAreReadFromClassicStreamsInRangesAnywhere() throws IOException {
    assertThat(hadoop().get(STREAM)).isEqualTo("classic");
    upload();
    int before = CountingS3.openings().size();
    assertThat(auditStore(() -> {}).exitCode()).isZero();
    List<Opening> openings =
        List.copyOf(CountingS3.openings()).subList(before, CountingS3.opened());
    assertThat(openings)
        .hasSizeGreaterThan(4)
        .allSatisfy(
            opening -> {
              assertThat(opening.type()).isEqualTo(InputStreamType.Classic);
              assertThat(opening.policy())
                  .as(opening.file())
                  .isEqualTo(
                      opening.file().endsWith(".safetensors")
                          ? S3AInputPolicy.Random
                          : S3AInputPolicy.Sequential);
            });
    assertThat(openings).extracting(Opening::policy).contains(S3AInputPolicy.Sequential);
  }

  @Test
  void theSettingsForSparkSubmitSayTheSame() throws IOException {
    assertThat(Files.readAllLines(Product.ROOT.resolve("conf/spark-defaults.conf")))
        .contains("spark.hadoop." + STREAM + " classic");
  }

  @ParameterizedTest
  @ValueSource(strings = {"aws", "eks-web-identity", "third-party-store"})
  void theSettingsForHadoopSayTheSame(String folder) {
    Path site = Product.ROOT.resolve("conf/core-site/" + folder + "/core-site.xml");
    Configuration configuration = new Configuration(false);
    configuration.addResource(new org.apache.hadoop.fs.Path(site.toUri()));
    assertThat(configuration.get(STREAM)).isEqualTo("classic");
  }
}
