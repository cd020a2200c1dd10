package io.ckptaudit.job.testing;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket as somebody else's program sees it: through the AWS SDK, without Hadoop. */
public final class S3Bucket implements AutoCloseable {

  private final String name;
  private final S3Client client;

  private S3Bucket(String name, S3Client client) {
    this.name = name;
    this.client = client;
  }

  public static S3Bucket create(String name, URI endpoint, String accessKey, String secretKey) {
    S3Client client =
        S3Client.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
            .forcePathStyle(true)
            .build();
    client.createBucket(request -> request.bucket(name));
    return new S3Bucket(name, client);
  }

  /** A server to be registered with JUnit, which keeps its objects in memory. */
  public static S3ProxyExtension server(String accessKey, String secretKey) {
    return S3ProxyExtension.builder()
        .withCredentials(accessKey, secretKey)
        .withBlobStoreProvider("transient-nio2")
        .build();
  }

  /** What S3A needs to know of a store, without {@code fs.s3a.}; the keys are those given. */
  public static Map<String, String> settings(URI endpoint, String accessKey, String secretKey) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("endpoint", endpoint.toString());
    settings.put("endpoint.region", "us-east-1");
    settings.put("path.style.access", "true");
    settings.put("connection.ssl.enabled", "false");
    settings.put(
        "aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
    settings.put("access.key", accessKey);
    settings.put("secret.key", secretKey);
    settings.put("attempts.maximum", "1");
    return settings;
  }

  /** The same as {@code --conf} words. */
  public static List<String> conf(URI endpoint, String accessKey, String secretKey) {
    List<String> conf = new ArrayList<>();
    settings(endpoint, accessKey, secretKey)
        .forEach(
            (key, value) ->
                conf.addAll(List.of("--conf", "spark.hadoop.fs.s3a." + key + "=" + value)));
    return conf;
  }

  /** The URI of a key as Hadoop wants it. */
  public String uri(String key) {
    return "s3a://" + name + "/" + key;
  }

  /** Uploads a file as an object, or the files of a folder below a prefix. */
  public void upload(Path from, String key) throws IOException {
    if (!Files.isDirectory(from)) {
      client.putObject(request -> request.bucket(name).key(key), RequestBody.fromFile(from));
      return;
    }
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        upload(file, key + "/" + file.getFileName());
      }
    }
  }

  /** Makes an object of whatever key. */
  public void put(String key, byte[] content) {
    client.putObject(request -> request.bucket(name).key(key), RequestBody.fromBytes(content));
  }

  public byte[] download(String key) {
    return client.getObjectAsBytes(request -> request.bucket(name).key(key)).asByteArray();
  }

  public List<String> keys() {
    return client.listObjectsV2Paginator(request -> request.bucket(name)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  /** Keys of the uploads that were begun and neither completed nor aborted. */
  public List<String> pendingUploads() {
    return client.listMultipartUploads(request -> request.bucket(name)).uploads().stream()
        .map(MultipartUpload::key)
        .toList();
  }

  public void upload(String key, String content) {
    client.putObject(request -> request.bucket(name).key(key), RequestBody.fromString(content));
  }

  public void delete(String key) {
    client.deleteObject(request -> request.bucket(name).key(key));
  }

  public void deleteAll() {
    keys().forEach(this::delete);
  }

  @Override
  public void close() {
    client.close();
  }
}
