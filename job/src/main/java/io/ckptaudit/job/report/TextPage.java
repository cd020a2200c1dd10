package io.ckptaudit.job.report;

/** Lines of at most a width. */
final class TextPage {

  private final int width;
  private final StringBuilder text = new StringBuilder();

  TextPage(int width) {
    this.width = width;
  }

  void rule(char drawn) {
    line(String.valueOf(drawn).repeat(width));
  }

  void line(String line) {
    text.append(line.stripTrailing()).append('\n');
  }

  /** One text at each end of a line; the left one gives way. */
  void ends(String left, String right) {
    int room = width - right.length() - 1;
    String fit = Characters.shortened(left, room);
    line(fit + " ".repeat(room - fit.length() + 1) + right);
  }

  /** A sentence over as many lines as it takes, the second and later ones indented. */
  void wrapped(String sentence, String indent) {
    Characters.wrap(sentence, width, indent).forEach(this::line);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
