package io.ckptaudit.job.cli;

import io.ckptaudit.udfs.number.Target;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A target by its name, in any case. */
final class TargetConverter implements ITypeConverter<Target> {

  @Override
  public Target convert(String name) {
    try {
      return Target.named(name.trim());
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
