package io.ckptaudit.udfs.spark;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.apache.spark.sql.connector.catalog.functions.BoundFunction;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Which input types a function takes, and as what: Spark casts the arguments to these. */
final class Signatures {

  private Signatures() {}

  /** SMALLINT, INT, or an array of one of them. */
  static DataType codes(String name, StructType arguments) {
    String accepted = "a code, SMALLINT or INT, or an array of codes";
    DataType type = only(name, arguments, accepted);
    if (type instanceof ArrayType array) {
      DataType element = array.elementType();
      return isCode(element) ? array : emptyOr(array, DataTypes.ShortType, name, accepted);
    }
    if (type instanceof NullType) {
      return DataTypes.ShortType;
    }
    if (!isCode(type)) {
      throw refused(name, arguments, accepted);
    }
    return type;
  }

  private static boolean isCode(DataType type) {
    return type.equals(DataTypes.ShortType) || type.equals(DataTypes.IntegerType);
  }

  private static DataType emptyOr(ArrayType array, DataType as, String name, String accepted) {
    if (!(array.elementType() instanceof NullType)) {
      throw refused(name, new StructType().add("_0", array), accepted);
    }
    return DataTypes.createArrayType(as, array.containsNull());
  }

  /** FLOAT, or DOUBLE for every other number, or an array of one of them. */
  static DataType floats(String name, StructType arguments) {
    String accepted = "a number or an array of numbers";
    DataType type = only(name, arguments, accepted);
    if (type instanceof ArrayType array) {
      DataType element = number(array.elementType());
      if (element == null) {
        throw refused(name, arguments, accepted);
      }
      return DataTypes.createArrayType(element, array.containsNull());
    }
    DataType number = number(type);
    if (number == null) {
      throw refused(name, arguments, accepted);
    }
    return number;
  }

  private static DataType number(DataType type) {
    if (type.equals(DataTypes.FloatType)) {
      return type;
    }
    return type instanceof NumericType || type instanceof NullType ? DataTypes.DoubleType : null;
  }

  /** A number and the name of a format. */
  static void requireNumberAndName(String name, StructType arguments) {
    StructField[] fields = arguments.fields();
    boolean fits =
        fields.length == 2
            && number(fields[0].dataType()) != null
            && (fields[1].dataType() instanceof StringType
                || fields[1].dataType() instanceof NullType);
    if (!fits) {
      throw refused(name, arguments, "a number and the name of a format");
    }
  }

  private static DataType only(String name, StructType arguments, String accepted) {
    if (arguments.length() != 1) {
      throw refused(name, arguments, accepted);
    }
    return arguments.fields()[0].dataType();
  }

  private static UnsupportedOperationException refused(
      String name, StructType arguments, String accepted) {
    String types =
        Arrays.stream(arguments.fields())
            .map(field -> field.dataType().sql())
            .collect(Collectors.joining(", "));
    return new UnsupportedOperationException(
        "Cannot call "
            + name
            + "("
            + types
            + "): it takes "
            + accepted
            + "; pass that, or cast to it");
  }

  /** Two bound functions of one name are the same function: Spark may compute it once. */
  static String canonicalName(BoundFunction function) {
    String types =
        Arrays.stream(function.inputTypes()).map(DataType::sql).collect(Collectors.joining(", "));
    return "io.ckptaudit." + function.name() + "(" + types + ")";
  }
}
