package io.ckptaudit.job.policy;

import io.ckptaudit.job.checkpoint.Quoted;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionEndEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A mapping of a YAML file that knows its lines. Nothing is constructed from the file: it is read
 * as text under text, without anchors, aliases and tags, and no key twice.
 */
final class YamlMap {

  private static final int DEEPEST = 10;
  private static final String QUOTE =
      "correct it; texts with special characters, such as *, need quotes";

  private final YamlText file;
  private final int line;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** The line of a key and what is under it. */
  private record Entry(int line, Node value) {}

  /** A text and its line. */
  record Text(String text, int line) {}

  private YamlMap(YamlText file, MappingNode node) {
    this.file = file;
    this.line = lineOf(node.getStartMark());
    for (NodeTuple tuple : node.getValue()) {
      int at = lineOf(tuple.getKeyNode().getStartMark());
      String key = text(file, tuple.getKeyNode(), "a key").text();
      if (entries.put(key, new Entry(at, tuple.getValueNode())) != null) {
        throw new InvalidPolicyException(
            "the key " + Quoted.of(key) + " stands there twice", file, at, "keep one of them");
      }
    }
  }

  /**
   * @throws InvalidPolicyException if it is not such a mapping
   */
  static YamlMap parse(YamlText file) {
    try {
      int depth = 0;
      for (Event event : new Yaml(options()).parse(new StringReader(file.text()))) {
        refuseReferences(event, file);
        depth += event instanceof CollectionStartEvent ? 1 : 0;
        depth -= event instanceof CollectionEndEvent ? 1 : 0;
        if (depth > DEEPEST) {
          int at = lineOf(event.getStartMark());
          throw new InvalidPolicyException("values are nested too deep", file, at, QUOTE);
        }
      }
      Node root = new Yaml(options()).compose(new StringReader(file.text()));
      if (root == null) {
        throw new InvalidPolicyException(
            "there is nothing", file, 0, "write something into it, or leave the option out");
      }
      return map(file, root, file.subject());
    } catch (MarkedYAMLException e) {
      int at = e.getProblemMark() == null ? 0 : lineOf(e.getProblemMark());
      throw new InvalidPolicyException(
          "it is not YAML (" + Quoted.plain(e.getProblem()) + ")", file, at, QUOTE);
    } catch (YAMLException e) {
      throw new InvalidPolicyException(
          "it is not YAML (" + Quoted.plain(String.valueOf(e.getMessage())) + ")", file, 0, QUOTE);
    }
  }

  private static LoaderOptions options() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setNestingDepthLimit(DEEPEST);
    return options;
  }

  private static void refuseReferences(Event event, YamlText file) {
    String tag =
        event instanceof ScalarEvent scalar
            ? scalar.getTag()
            : event instanceof CollectionStartEvent collection ? collection.getTag() : null;
    boolean anchored = event instanceof NodeEvent node && node.getAnchor() != null;
    if (event instanceof AliasEvent || anchored || tag != null) {
      throw new InvalidPolicyException(
          "an anchor, alias or tag stands there",
          file,
          lineOf(event.getStartMark()),
          "write values out; texts that begin with *, & or ! need quotes");
    }
  }

  private static int lineOf(Mark mark) {
    return mark.getLine() + 1;
  }

  private static YamlMap map(YamlText file, Node node, String what) {
    if (node instanceof MappingNode mapping) {
      return new YamlMap(file, mapping);
    }
    throw wrongKind(file, node, what, "a mapping");
  }

  private static Text text(YamlText file, Node node, String what) {
    if (node instanceof ScalarNode scalar) {
      return new Text(scalar.getValue(), lineOf(node.getStartMark()));
    }
    throw wrongKind(file, node, what, "one text or number");
  }

  private static InvalidPolicyException wrongKind(
      YamlText file, Node node, String what, String kind) {
    return new InvalidPolicyException(
        what + " is not " + kind, file, lineOf(node.getStartMark()), "write " + kind + " there");
  }

  /** Refuses all keys but these. */
  YamlMap only(List<String> known) {
    entries.forEach(
        (key, entry) -> {
          if (!known.contains(key)) {
            throw new InvalidPolicyException(
                "the key " + Quoted.of(key) + " is unknown",
                file,
                entry.line,
                "use one of " + String.join(", ", known));
          }
        });
    return this;
  }

  List<String> keys() {
    return List.copyOf(entries.keySet());
  }

  int line() {
    return line;
  }

  int lineOf(String key) {
    return entries.get(key).line;
  }

  Optional<Text> text(String key) {
    return Optional.ofNullable(entries.get(key))
        .map(entry -> text(file, entry.value, Quoted.of(key)));
  }

  Optional<YamlMap> map(String key) {
    return Optional.ofNullable(entries.get(key))
        .map(entry -> map(file, entry.value, Quoted.of(key)));
  }

  /** A list of texts; empty if there is no such key. */
  Optional<List<Text>> texts(String key) {
    return nodes(key)
        .map(nodes -> nodes.stream().map(node -> text(file, node, "an item")).toList());
  }

  /** A list of mappings; empty if there is no such key. */
  List<YamlMap> maps(String key) {
    List<YamlMap> maps = new ArrayList<>();
    nodes(key).ifPresent(nodes -> nodes.forEach(node -> maps.add(map(file, node, "an item"))));
    return maps;
  }

  private Optional<List<Node>> nodes(String key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return Optional.empty();
    }
    if (entry.value instanceof SequenceNode sequence) {
      return Optional.of(sequence.getValue());
    }
    throw wrongKind(file, entry.value, Quoted.of(key), "a list");
  }

  InvalidPolicyException invalid(String why, int at, String action) {
    return new InvalidPolicyException(why, file, at, action);
  }
}
