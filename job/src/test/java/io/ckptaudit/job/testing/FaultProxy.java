package io.ckptaudit.job.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A store with faults: stands between a client that reads and an S3 server, one request a
 * connection. Requests pass as they are, since they are signed; answers come as the first fault
 * that fits makes them. Requests with a body are none of its business.
 */
public final class FaultProxy implements AutoCloseable {

  private static final Pattern RANGE = Pattern.compile("(?i)\nrange: *bytes=(\\d+)-(\\d*)");
  private static final Pattern ETAG_HEADER = Pattern.compile("(?i)\r\netag:[^\r\n]*");
  private static final Pattern ETAG_ELEMENT = Pattern.compile("<ETag>[^<]*</ETag>");
  private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

  /** What was asked for. */
  public record Request(String method, String target, long from) {

    /** Whether it asks for bytes of an object with such a name, not for a listing or status. */
    public boolean reads(String name) {
      return method.equals("GET") && !target.contains("list-type") && target.contains(name);
    }

    /** Whether it asks for a listing of keys with such a prefix. */
    public boolean lists(String prefix) {
      return target.contains("list-type") && target.contains("prefix=" + prefix);
    }
  }

  /** What is answered instead. */
  public interface Fault {
    /**
     * @param answer of the server, head and body
     */
    void answer(Request request, Answer answer, Socket client) throws IOException;
  }

  /** An answer of the server, with its head up to the last header. */
  public record Answer(String head, byte[] body) {

    void sendTo(Socket client, int bytes) throws IOException {
      OutputStream out = client.getOutputStream();
      out.write((head + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
      out.write(body, 0, Math.min(bytes, body.length));
      out.flush();
    }

    public void sendTo(Socket client) throws IOException {
      sendTo(client, body.length);
    }
  }

  private static final class Rule {
    private final Predicate<Request> when;
    private final Fault fault;
    private final AtomicInteger left;

    Rule(Predicate<Request> when, Fault fault, int times) {
      this.when = when;
      this.fault = fault;
      this.left = new AtomicInteger(times);
    }

    boolean applies(Request request) {
      return when.test(request) && left.getAndUpdate(times -> times == 0 ? 0 : times - 1) > 0;
    }
  }

  private final URI server;
  private final ServerSocket socket;
  private final ExecutorService threads = Executors.newCachedThreadPool(FaultProxy::daemon);
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final AtomicInteger met = new AtomicInteger();

  private FaultProxy(URI server) throws IOException {
    this.server = server;
    this.socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  public static FaultProxy before(URI server) {
    try {
      return new FaultProxy(server);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort());
  }

  /** How many answers a fault has changed. */
  public int met() {
    return met.get();
  }

  public FaultProxy on(Predicate<Request> when, Fault fault) {
    return on(when, fault, Integer.MAX_VALUE);
  }

  /**
   * @param times how often at the most
   */
  public FaultProxy on(Predicate<Request> when, Fault fault, int times) {
    rules.add(new Rule(when, fault, times));
    return this;
  }

  /** So many bytes, then a reset instead of the rest. */
  public static Fault resetAfter(int bytes) {
    return (request, answer, client) -> {
      answer.sendTo(client, bytes);
      client.setSoLinger(true, 0);
    };
  }

  /** The right Content-Length, fewer bytes, and a proper end. */
  public static Fault shortBody(int bytes) {
    return (request, answer, client) -> answer.sendTo(client, bytes);
  }

  /** So many bytes, then silence. */
  public static Fault stallAfter(int bytes, long millis) {
    return (request, answer, client) -> {
      answer.sendTo(client, bytes);
      sleep(millis);
    };
  }

  public static Fault delay(long millis) {
    return (request, answer, client) -> {
      sleep(millis);
      answer.sendTo(client);
    };
  }

  /** An error as S3 states it. */
  public static Fault status(int status, String code) {
    return (request, answer, client) -> {
      byte[] body =
          "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>as the test wants it</Message></Error>"
              .formatted(code)
              .getBytes(StandardCharsets.UTF_8);
      new Answer(
              "HTTP/1.1 %s Fault\r\nContent-Type: application/xml\r\nContent-Length: %s"
                  .formatted(status, request.method().equals("HEAD") ? 0 : body.length),
              request.method().equals("HEAD") ? new byte[0] : body)
          .sendTo(client);
    };
  }

  /** The right number of bytes, one of them another. */
  public static Fault wrongByte() {
    return (request, answer, client) -> {
      byte[] body = answer.body().clone();
      body[body.length / 2] ^= 1;
      new Answer(answer.head(), body).sendTo(client);
    };
  }

  /** A store that has no ETags, in answers and in listings. */
  public static Fault withoutEtag() {
    return (request, answer, client) -> {
      byte[] body = answer.body();
      String head = ETAG_HEADER.matcher(answer.head()).replaceAll("");
      if (request.target().contains("list-type")) {
        String xml = new String(body, StandardCharsets.UTF_8);
        body = ETAG_ELEMENT.matcher(xml).replaceAll("").getBytes(StandardCharsets.UTF_8);
        head = head.replaceFirst("(?i)\r\n(content-length|transfer-encoding):[^\r\n]*", "");
        head += "\r\nContent-Length: " + body.length;
      }
      new Answer(head, body).sendTo(client);
    };
  }

  private static void sleep(long millis) throws IOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "fault proxy");
    thread.setDaemon(true);
    return thread;
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        threads.execute(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  /** A client that has gone, or a server that has, ends the connection and nothing else. */
  private void serve(Socket client) {
    try (client) {
      String head = head(new BufferedInputStream(client.getInputStream()));
      Request request = request(head);
      Rule rule = rules.stream().filter(one -> one.applies(request)).findFirst().orElse(null);
      Answer answer = ask(head);
      if (rule == null) {
        answer.sendTo(client);
      } else {
        met.incrementAndGet();
        rule.fault.answer(request, answer, client);
      }
    } catch (IOException e) {
      met.get();
    }
  }

  private static Request request(String head) {
    String[] line = head.substring(0, head.indexOf("\r\n")).split(" ", -1);
    Matcher range = RANGE.matcher(head);
    return new Request(line[0], line[1], range.find() ? Long.parseLong(range.group(1)) : 0);
  }

  private Answer ask(String head) throws IOException {
    try (Socket upstream = new Socket(server.getHost(), server.getPort())) {
      String alone = head.replaceFirst("(?i)\r\nconnection:[^\r\n]*", "") + "\r\nConnection: close";
      upstream.getOutputStream().write((alone + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = new BufferedInputStream(upstream.getInputStream());
      String answer = head(in);
      byte[] body = in.readAllBytes();
      return answer.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")
          ? new Answer(
              answer.replaceFirst("(?i)\r\ntransfer-encoding:[^\r\n]*", "")
                  + "\r\nContent-Length: "
                  + unchunked(body).length,
              unchunked(body))
          : new Answer(answer.replaceFirst("(?i)\r\nconnection:[^\r\n]*", ""), body);
    }
  }

  private static byte[] unchunked(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String text = new String(body, StandardCharsets.ISO_8859_1);
    for (int at = 0; at < body.length; ) {
      int line = text.indexOf("\r\n", at);
      int bytes = Integer.parseInt(text.substring(at, line).trim(), 16);
      out.write(body, line + 2, bytes);
      at = bytes == 0 ? body.length : line + 2 + bytes + 2;
    }
    return out.toByteArray();
  }

  /** Up to the last header, without its end. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    for (int matched = 0; matched < END_OF_HEAD.length; ) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException();
      }
      head.write(next);
      matched = next == END_OF_HEAD[matched] ? matched + 1 : next == '\r' ? 1 : 0;
    }
    String text = head.toString(StandardCharsets.ISO_8859_1);
    return text.substring(0, text.length() - END_OF_HEAD.length);
  }

  @Override
  public void close() throws IOException {
    socket.close();
    threads.shutdownNow();
  }
}
