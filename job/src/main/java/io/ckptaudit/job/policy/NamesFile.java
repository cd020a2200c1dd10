package io.ckptaudit.job.policy;

import io.ckptaudit.job.compare.GivenNames;
import io.ckptaudit.job.compare.GivenNames.Given;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads which tensors of LEFT are which of RIGHT:
 *
 * <pre>
 * names:
 *   transformer.wte.weight: model.embed_tokens.weight
 *   "transformer.h.*.ln_1.weight": "model.layers.*.input_layernorm.weight"
 * </pre>
 *
 * What it does not understand it refuses, with the line.
 */
public final class NamesFile {

  /** The most bytes such a file may have. */
  public static final int LONGEST = 64 << 20;

  private static final String SUBJECT = "the names";
  private static final String NAMES = "names";

  private NamesFile() {}

  /**
   * @param file its name, for messages
   * @throws InvalidPolicyException if any of it is not understood
   */
  public static GivenNames parse(byte[] content, String file) {
    YamlText text = YamlText.of(content, file, SUBJECT);
    YamlMap root = YamlMap.parse(text).only(List.of(NAMES));
    YamlMap names =
        root.map(NAMES)
            .orElseThrow(
                () ->
                    root.invalid(
                        "there are no 'names'", 0, "write names: and, below it, LEFT: RIGHT"));
    List<Given> all = new ArrayList<>();
    for (String left : names.keys()) {
      int line = names.lineOf(left);
      String right = names.text(left).orElseThrow().text();
      if (stars(left) != stars(right)) {
        throw names.invalid(
            "the two names have " + stars(left) + " and " + stars(right) + " stars",
            line,
            "write as many * on both sides, each for the same text");
      }
      all.add(new Given(left, right, line));
    }
    return new GivenNames(file, text.sha256(), all);
  }

  private static long stars(String name) {
    return name.chars().filter(c -> c == '*').count();
  }
}
