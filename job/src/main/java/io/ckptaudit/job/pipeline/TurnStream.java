package io.ckptaudit.job.pipeline;

import java.io.IOException;
import java.util.List;

/** The elements of lanes that take turns. */
final class TurnStream implements ElementStream {

  private final List<LaneStream> lanes;
  private int lane;
  private long left;

  /**
   * @param lanes at least one, in the order of their turns
   */
  TurnStream(List<LaneStream> lanes) {
    this.lanes = lanes;
    this.left = lanes.get(0).turn();
  }

  @Override
  public Piece next() throws IOException {
    if (left == 0) {
      lane = (lane + 1) % lanes.size();
      left = lanes.get(lane).turn();
    }
    Piece piece = lanes.get(lane).next(left);
    left -= piece.elements();
    return piece;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (LaneStream one : lanes) {
      try {
        one.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
