import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Reads the shards below a folder and does nothing with them: what the same bytes cost at the least.
 *
 * <pre>java bench/PlainRead.java DIR THREADS [direct]</pre>
 *
 * Prints the seconds from the first read to the last.
 */
final class PlainRead {

  private static final long PART = 64L << 20;

  private record Part(Path file, long from, long to) {}

  public static void main(String[] arguments) throws Exception {
    boolean direct = arguments.length > 2 && arguments[2].equals("direct");
    int block = direct ? 4 << 20 : 1 << 20;
    int threads = Integer.parseInt(arguments[1]);
    List<Part> parts = parts(Path.of(arguments[0]));
    AtomicInteger next = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    long start = System.nanoTime();
    List<Future<?>> done = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      done.add(
          pool.submit(
              () -> {
                ByteBuffer buffer = ByteBuffer.allocateDirect(block + 4096).alignedSlice(4096);
                for (int p = next.getAndIncrement(); p < parts.size(); p = next.getAndIncrement()) {
                  read(parts.get(p), buffer.limit(block), direct);
                }
                return null;
              }));
    }
    for (Future<?> thread : done) {
      thread.get();
    }
    System.out.printf(java.util.Locale.ROOT, "%.3f%n", (System.nanoTime() - start) / 1e9);
    pool.shutdown();
  }

  private static List<Part> parts(Path folder) throws IOException {
    List<Part> parts = new ArrayList<>();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(PlainRead::isShard).sorted().toList()) {
        long size = Files.size(file);
        for (long from = 0; from < size; from += PART) {
          parts.add(new Part(file, from, Math.min(size, from + PART)));
        }
      }
    }
    return parts;
  }

  private static boolean isShard(Path file) {
    return file.toString().endsWith(".safetensors") || file.toString().endsWith(".bin");
  }

  private static void read(Part part, ByteBuffer buffer, boolean direct) throws IOException {
    Set<OpenOption> options =
        direct
            ? Set.of(StandardOpenOption.READ, com.sun.nio.file.ExtendedOpenOption.DIRECT)
            : Set.of(StandardOpenOption.READ);
    try (FileChannel channel = FileChannel.open(part.file(), options)) {
      for (long position = part.from(); position < part.to(); ) {
        int read = channel.read(buffer.position(0), position);
        if (read <= 0) {
          return;
        }
        position += read;
      }
    }
  }
}
