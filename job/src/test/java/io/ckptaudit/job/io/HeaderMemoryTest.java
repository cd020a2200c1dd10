package io.ckptaudit.job.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Large headers are parsed one after the other, small ones beside them. */
@Timeout(60)
class HeaderMemoryTest {

  @Test
  void aLargeHeaderWaitsForTheOneBefore() throws Exception {
    HeaderMemory memory = new HeaderMemory(100, 1);
    HeaderMemory.Share first = memory.share();
    first.take(60);
    first.take(60);
    HeaderMemory.Share small = memory.share();
    small.take(100);
    CountDownLatch taken = new CountDownLatch(1);
    Thread second =
        new Thread(
            () -> {
              try {
                memory.share().take(101);
                taken.countDown();
              } catch (InterruptedIOException e) {
                throw new IllegalStateException(e);
              }
            });
    second.start();
    assertThat(taken.await(100, TimeUnit.MILLISECONDS)).isFalse();
    first.take(1000);
    first.giveBack();
    assertThat(taken.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(memory.freeForLarge()).isZero();
  }

  @Test
  void whatIsGivenBackTwiceIsGivenBackOnce() throws Exception {
    HeaderMemory memory = new HeaderMemory(1, 1);
    HeaderMemory.Share share = memory.share();
    share.take(2);
    share.giveBack();
    share.giveBack();
    assertThat(memory.freeForLarge()).isEqualTo(1);
  }

  @Test
  void asManyAtOnceAsTheHeapIsMadeFor() {
    assertThat(HeaderMemory.ofHeap(1L << 30).freeForLarge()).isEqualTo(1);
    assertThat(HeaderMemory.ofHeap(2L << 30).freeForLarge()).isEqualTo(1);
    assertThat(HeaderMemory.ofHeap(8L << 30).freeForLarge()).isEqualTo(5);
    assertThat(HeaderMemory.ofHeap(1L << 40).freeForLarge()).isEqualTo(8);
  }

  @Test
  void whoIsInterruptedDoesNotWait() throws Exception {
    HeaderMemory memory = new HeaderMemory(0, 1);
    memory.share().take(1);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread second = new Thread(() -> failure.set(catchThrowable(() -> memory.share().take(1))));
    second.start();
    second.interrupt();
    second.join();
    assertThat(failure.get()).isInstanceOf(InterruptedIOException.class);
    assertThat(failure.get()).hasMessageContaining("Cannot wait for heap to read a large header");
  }
}
