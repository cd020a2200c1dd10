package io.ckptaudit.job.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.FindingRule;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.testing.Product;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules as data: none undocumented, none unused, and the documentation made from them. */
class RulesTest {

  private static final Path SOURCES = Product.ROOT.resolve("job/src/main/java");
  private static final Path DOCS = Product.ROOT.resolve("docs/findings.md");
  private static final String BEGIN =
      "<!-- rules: begin (made by RulesTest; see CONTRIBUTING) -->\n";
  private static final String END = "<!-- rules: end -->\n";

  /** All of our code but the enums that define rules, comments left out. */
  private static String code() {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.endsWith("audit/Rule.java") && !file.endsWith("FormatRule.java"))
          .filter(file -> !file.endsWith("audit/ComparisonRule.java"))
          .sorted()
          .map(RulesTest::read)
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("(?m)//.*$", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyRuleIsUsedSomewhere() {
    String code = code();
    assertThat(Stream.of(Rule.values()))
        .allSatisfy(rule -> assertThat(code).containsPattern("\\bRule\\.\\s*" + rule + "\\b"));
    assertThat(Stream.of(FormatRule.values()))
        .allSatisfy(
            rule -> assertThat(code).containsPattern("\\bFormatRule\\.\\s*" + rule + "\\b"));
    assertThat(Stream.of(ComparisonRule.values()))
        .allSatisfy(
            rule -> assertThat(code).containsPattern("\\bComparisonRule\\.\\s*" + rule + "\\b"));
    assertThat(Stream.of(ReadFault.values()))
        .allSatisfy(rule -> assertThat(code).containsPattern("\\b" + rule + "\\b"));
  }

  /** Rules are constants; a text that looks like one would be a rule outside of the table. */
  @Test
  void noRuleIsAText() {
    Pattern text =
        Pattern.compile("\"((?:ST|IX|SET|IO|NOT|CONFIG|INCOMPLETE|ZIP|PKL|PT|LEG)_[A-Z_]+)\"");
    Set<String> texts = new TreeSet<>();
    Matcher found = text.matcher(code());
    while (found.find()) {
      texts.add(found.group(1));
    }
    assertThat(texts).isEmpty();
  }

  @Test
  void parsersGiveOnlySeveritiesOfTheTable() {
    Pattern use =
        Pattern.compile("Problem\\s*\\.(error|warning|info)\\(\\s*FormatRule\\.([A-Z_]+)");
    Matcher found = use.matcher(code());
    int uses = 0;
    while (found.find()) {
      uses++;
      Severity severity = Severity.valueOf(found.group(1).toUpperCase(Locale.ROOT));
      assertThat(FormatRule.valueOf(found.group(2)).severities())
          .as(found.group())
          .contains(severity);
    }
    assertThat(uses).isGreaterThan(20);
  }

  @Test
  void namesAreUniqueAndComplete() {
    List<FindingRule> all = Rules.all();
    assertThat(all).extracting(FindingRule::name).doesNotHaveDuplicates();
    assertThat(all)
        .allSatisfy(
            rule -> {
              assertThat(rule.name()).matches("[A-Z][A-Z0-9_]+");
              assertThat(rule.meaning()).doesNotEndWith(".").isNotBlank();
              assertThat(rule.action()).doesNotEndWith(".").isNotBlank();
              assertThat(rule.severities()).isNotEmpty();
              assertThat(rule.incidents()).allMatch(thread -> thread.matches("[\\w./-]+#\\d+"));
              assertThat(Rules.named(rule.name())).contains(rule);
            });
  }

  @Test
  void theDocumentationIsMadeFromTheTable() throws IOException {
    String page = Files.readString(DOCS);
    assertThat(page).contains(BEGIN, END);
    String made =
        page.substring(0, page.indexOf(BEGIN) + BEGIN.length())
            + tables()
            + page.substring(page.indexOf(END));
    if ("write".equals(System.getProperty("ckptaudit.goldens"))) {
      Files.writeString(DOCS, made);
    }
    assertThat(Files.readString(DOCS)).isEqualTo(made);
  }

  private static String tables() {
    return table("Weights", Rule.values())
        + table("Files", FormatRule.values())
        + table("Reading", ReadFault.values())
        + table("Comparisons", ComparisonRule.values())
        + "\n";
  }

  private static String table(String title, FindingRule[] rules) {
    return "\n## "
        + title
        + "\n\n| rule | severity | meaning | evidence | what to do | seen in |\n"
        + "|---|---|---|---|---|---|\n"
        + Arrays.stream(rules).map(RulesTest::row).collect(Collectors.joining());
  }

  private static String row(FindingRule rule) {
    String severities =
        rule.severities().stream().map(Severity::name).collect(Collectors.joining(", "));
    return "| "
        + String.join(
            " | ",
            rule.name(),
            severities + (rule.isIncomplete() ? "; incomplete" : ""),
            rule.meaning(),
            rule.evidence().stream().map(key -> "`" + key + "`").collect(Collectors.joining(" ")),
            rule.action(),
            String.join(", ", rule.incidents()))
        + " |\n";
  }
}
