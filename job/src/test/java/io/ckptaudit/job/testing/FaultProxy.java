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
 * A store with faults: stands between a client and an S3 server, one request a connection. Requests
 * pass as they are, since they are signed; answers come as the first fault that fits makes them.
 * Only what reads reaches the server although it meets a fault.
 */
public final class FaultProxy implements AutoCloseable {

  private static final Pattern RANGE = Pattern.compile("(?i)\nrange: *bytes=(\\d+)-(\\d*)");
  private static final Pattern LENGTH = Pattern.compile("(?i)\ncontent-length: *(\\d+)");
  private static final Pattern EXPECT = Pattern.compile("(?i)\r\nexpect: *100-continue");
  private static final Answer NOT_ASKED = new Answer("", new byte[0]);
  private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

  /** What was asked for. */
  public record Request(String method, String target, long from) {

    boolean reads() {
      return method.equals("GET") || method.equals("HEAD");
    }

    /** Whether it asks for bytes of an object with such a name, not for a listing or status. */
    public boolean reads(String name) {
      return method.equals("GET") && !target.contains("list-type") && target.contains(name);
    }

    /** Whether it would change something about an object with such a name. */
    public boolean writes(String name) {
      return !reads() && target.contains(name);
    }

    /** Whether it asks for a listing of keys with such a prefix. */
    public boolean lists(String prefix) {
      return target.contains("list-type") && target.contains("prefix=" + prefix);
    }
  }

  /** What is answered instead. */
  public interface Fault {
    /**
     * @param answer of the server, head and body; empty if the request does not read
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

  /** Something else happens to the store each time before such a request comes to it. */
  public FaultProxy meanwhile(Predicate<Request> when, Runnable event) {
    Predicate<Request> none =
        request -> {
          if (when.test(request)) {
            event.run();
          }
          return false;
        };
    return on(none, (request, answer, client) -> answer.sendTo(client));
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
      InputStream in = new BufferedInputStream(client.getInputStream());
      String head = head(in);
      Request request = request(head);
      byte[] body = body(head, in, client);
      Rule rule = rules.stream().filter(one -> one.applies(request)).findFirst().orElse(null);
      if (rule == null) {
        ask(head, body).sendTo(client);
      } else {
        met.incrementAndGet();
        Answer answer = request.reads() ? ask(head, body) : NOT_ASKED;
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

  /** Sent at once, or when it was said that it may be. */
  private static byte[] body(String head, InputStream in, Socket client) throws IOException {
    Matcher length = LENGTH.matcher(head);
    if (!length.find()) {
      return new byte[0];
    }
    if (EXPECT.matcher(head).find()) {
      client
          .getOutputStream()
          .write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    return in.readNBytes(Integer.parseInt(length.group(1)));
  }

  private Answer ask(String head, byte[] content) throws IOException {
    try (Socket upstream = new Socket(server.getHost(), server.getPort())) {
      String alone =
          EXPECT.matcher(head.replaceFirst("(?i)\r\nconnection:[^\r\n]*", "")).replaceFirst("");
      upstream
          .getOutputStream()
          .write((alone + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
      upstream.getOutputStream().write(content);
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
