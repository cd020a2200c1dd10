package io.ckptaudit.job.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Of an option whose value may be left out, takes what is attached with = for its value, and
 * nothing else: the next argument is another one.
 */
final class OnlyAttached implements IParameterPreprocessor {

  @Override
  @SuppressWarnings("JdkObsolete") // picocli's interface.
  public boolean preprocess(
      Stack<String> arguments, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
    if (" ".equals(info.get("separator"))) {
      arguments.push(((OptionSpec) argument).fallbackValue());
    }
    return false;
  }
}
