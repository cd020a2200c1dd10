package io.ckptaudit.job.testing;

import io.ckptaudit.job.testing.FaultProxy.Answer;
import io.ckptaudit.job.testing.FaultProxy.Fault;
import io.ckptaudit.job.testing.FaultProxy.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What a store may answer instead, and when. */
public final class Faults {

  private static final Pattern ETAG_HEADER = Pattern.compile("(?i)\r\netag:[^\r\n]*");
  private static final Pattern ETAG_ELEMENT = Pattern.compile("<ETag>[^<]*</ETag>");

  private Faults() {}

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

  /**
   * A fault at one byte of the object, wherever the range begins that was asked for.
   *
   * @param after the fault after so many bytes of an answer
   */
  public static Fault atByte(long position, IntFunction<Fault> after) {
    return (request, answer, client) ->
        after.apply((int) Math.max(0, position - request.from())).answer(request, answer, client);
  }

  /** All requests once so many such ones have come. */
  public static Predicate<Request> after(int requests, Predicate<Request> such) {
    AtomicInteger seen = new AtomicInteger();
    return request -> (such.test(request) ? seen.incrementAndGet() : seen.get()) > requests;
  }

  public static Fault status(int status, String code) {
    return status(status, code, "as the test wants it");
  }

  /** An error as S3 states it. */
  public static Fault status(int status, String code, String message) {
    return (request, answer, client) -> {
      byte[] body =
          "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>%s</Message></Error>"
              .formatted(code, message)
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
}
