package io.ckptaudit.udfs.state;

/**
 * The {@link OrderDigest} contribution of a part of a sequence that is runs of it, a stride apart,
 * in one multiplication for each whole run.
 *
 * <p>The runs that were added stand before the end of the last one; each further one moves them
 * back by as many bytes as it ends behind that.
 */
public final class RunsDigest {
  private static final CombinableCrc CRC = CombinableCrc.CRC32C;

  private final long run;
  private final long stride;
  private final int ofZeros;
  private final int byStride;
  private int sum;
  private long end;

  /**
   * @param run bytes of a whole run
   * @param stride bytes from the begin of one run to that of the next
   */
  public RunsDigest(long run, long stride) {
    this.run = run;
    this.stride = stride;
    this.ofZeros = CRC.ofZeros(run);
    this.byStride = CRC.power(stride);
  }

  /**
   * Adds the next bytes, a run or a piece of one.
   *
   * @param crc32c of these bytes alone
   * @param at where they stand in the sequence, behind those before
   */
  public void add(int crc32c, long at, long bytes) {
    long back = at + bytes - end;
    sum = CRC.multiply(sum, back == stride ? byStride : CRC.power(back));
    sum ^= crc32c ^ (bytes == run ? ofZeros : CRC.ofZeros(bytes));
    end = at + bytes;
  }

  /**
   * What all of them contribute.
   *
   * @param bytesAfter bytes of the sequence that follow the last one
   */
  public int contribution(long bytesAfter) {
    return CRC.multiply(sum, CRC.power(bytesAfter));
  }
}
