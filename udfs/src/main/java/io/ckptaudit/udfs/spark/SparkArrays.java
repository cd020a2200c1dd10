package io.ckptaudit.udfs.spark;

import io.ckptaudit.udfs.arrow.ArrayConversions;
import io.ckptaudit.udfs.arrow.KernelConversions;
import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.util.ArrayData;

/**
 * Spark's arrays as Java arrays and back. A null element is 0 in the Java array, which every
 * conversion maps to 0 bits, and null again in the result.
 */
final class SparkArrays {

  /** The conversions of the product, shared by all functions and threads. */
  static final ArrayConversions CONVERSIONS = new ArrayConversions(new KernelConversions());

  private SparkArrays() {}

  static boolean hasNulls(ArrayData array) {
    int elements = array.numElements();
    for (int i = 0; i < elements; i++) {
      if (array.isNullAt(i)) {
        return true;
      }
    }
    return false;
  }

  // Spark's bulk copies are not asked about arrays with nulls: what a null slot holds is anything.

  static short[] shorts(ArrayData array, boolean nulls) {
    if (!nulls) {
      return array.toShortArray();
    }
    short[] values = new short[array.numElements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.isNullAt(i) ? 0 : array.getShort(i);
    }
    return values;
  }

  static int[] ints(ArrayData array, boolean nulls) {
    if (!nulls) {
      return array.toIntArray();
    }
    int[] values = new int[array.numElements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.isNullAt(i) ? 0 : array.getInt(i);
    }
    return values;
  }

  static float[] floats(ArrayData array, boolean nulls) {
    if (!nulls) {
      return array.toFloatArray();
    }
    float[] values = new float[array.numElements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.isNullAt(i) ? 0 : array.getFloat(i);
    }
    return values;
  }

  static double[] doubles(ArrayData array, boolean nulls) {
    if (!nulls) {
      return array.toDoubleArray();
    }
    double[] values = new double[array.numElements()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.isNullAt(i) ? 0 : array.getDouble(i);
    }
    return values;
  }

  static ArrayData of(float[] values, ArrayData source, boolean nulls) {
    return withNulls(UnsafeArrayData.fromPrimitiveArray(values), source, nulls);
  }

  static ArrayData of(short[] values, ArrayData source, boolean nulls) {
    return withNulls(UnsafeArrayData.fromPrimitiveArray(values), source, nulls);
  }

  private static ArrayData withNulls(UnsafeArrayData result, ArrayData source, boolean nulls) {
    for (int i = 0; nulls && i < result.numElements(); i++) {
      if (source.isNullAt(i)) {
        result.setNullAt(i);
      }
    }
    return result;
  }
}
