import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads the shards of a checkpoint in an open S3 store by ranges, with the AWS SDK alone, and does
 * nothing with them: what the same bytes cost at the least.
 *
 * <pre>java -cp SPARK-CLASS-PATH bench/RangedRead.java ENDPOINT BUCKET THREADS MIB LOCAL-COPY...</pre>
 *
 * The copies say which files there are; they lie below their names in the bucket. Each thread has one
 * request of so many MiB on its way, and reads it into one buffer, of 16 MiB at the most. Prints the seconds from the
 * first request to the last byte.
 */
final class RangedRead {

  private static final int LARGEST_BUFFER = 16 << 20;

  private record Range(String key, long from, long to) {}

  public static void main(String[] arguments) throws Exception {
    String bucket = arguments[1];
    int threads = Integer.parseInt(arguments[2]);
    int block = Integer.parseInt(arguments[3]) << 20;
    List<Range> ranges = new ArrayList<>();
    for (int copy = 4; copy < arguments.length; copy++) {
      ranges.addAll(ranges(Path.of(arguments[copy]), block));
    }
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    AtomicInteger next = new AtomicInteger();
    try (S3Client client = client(URI.create(arguments[0]), threads)) {
      long start = System.nanoTime();
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        done.add(
            pool.submit(
                () -> {
                  byte[] buffer = new byte[Math.min(block, LARGEST_BUFFER)];
                  for (int r = next.getAndIncrement(); r < ranges.size(); r = next.getAndIncrement()) {
                    read(client, bucket, ranges.get(r), buffer);
                  }
                  return null;
                }));
      }
      for (Future<?> thread : done) {
        thread.get();
      }
      System.out.printf(java.util.Locale.ROOT, "%.2f%n", (System.nanoTime() - start) / 1e9);
    } finally {
      pool.shutdown();
    }
  }

  private static List<Range> ranges(Path copy, int block) throws Exception {
    List<Range> ranges = new ArrayList<>();
    try (var files = Files.list(copy)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList()) {
        String key = copy.getFileName() + "/" + file.getFileName();
        for (long from = 0; from < Files.size(file); from += block) {
          ranges.add(new Range(key, from, Math.min(Files.size(file), from + block)));
        }
      }
    }
    return ranges;
  }

  private static S3Client client(URI endpoint, int threads) {
    return S3Client.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(AnonymousCredentialsProvider.create())
        .forcePathStyle(true)
        .httpClientBuilder(
            ApacheHttpClient.builder()
                .maxConnections(threads)
                .connectionAcquisitionTimeout(Duration.ofMinutes(5)))
        .build();
  }

  private static void read(S3Client client, String bucket, Range range, byte[] buffer)
      throws Exception {
    int left = (int) (range.to() - range.from());
    try (ResponseInputStream<GetObjectResponse> body =
        client.getObject(
            request ->
                request
                    .bucket(bucket)
                    .key(range.key())
                    .range("bytes=" + range.from() + "-" + (range.to() - 1)))) {
      for (int read = 1; left > 0 && read > 0; left -= read) {
        read = body.readNBytes(buffer, 0, Math.min(left, buffer.length));
      }
    }
    if (left != 0) {
      throw new IllegalStateException(range + ": " + left + " bytes short");
    }
  }
}
