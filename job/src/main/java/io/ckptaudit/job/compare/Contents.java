package io.ckptaudit.job.compare;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.CodeCounts;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a stored run knows of the values of one side of a pair: of one tensor, or of several that
 * the other side holds as one.
 *
 * @param dtype as stored; null if they are of several
 * @param elements of all
 * @param source counts of the stored codes, in dtypes of at most 16 bits, else null
 * @param casts counts of what 32- and 64-bit values become in F16 and BF16, rounded to nearest even
 * @param holds the format that holds every value, so that its counts are those of the values; null
 *     if none of at most 16 bits does
 * @param roundings what those casts changed, where it is known
 * @param crc32c of the bytes, or null
 */
public record Contents(
    DType dtype,
    long elements,
    CodeCounts source,
    Map<FloatFormat, CodeCounts> casts,
    FloatFormat holds,
    Map<FloatFormat, Changes> roundings,
    Long crc32c) {

  /** A tensor of which no codes are counted: integers, or one that could not be read. */
  public static Contents uncounted(DType dtype, long elements, Long crc32c) {
    return new Contents(dtype, elements, null, Map.of(), null, Map.of(), crc32c);
  }

  /** A tensor of at most 16 bits a value. */
  public static Contents counted(CodeCounts source, Long crc32c) {
    return new Contents(
        source.dtype(),
        source.elements(),
        source,
        Map.of(),
        source.dtype().format(),
        Map.of(),
        crc32c);
  }

  /**
   * A tensor of F32 or F64.
   *
   * @param narrowest dtype that holds every value; null if none is finite, which every one holds
   */
  public static Contents wide(
      DType dtype,
      long elements,
      List<CodeCounts> casts,
      DType narrowest,
      Map<FloatFormat, Changes> roundings,
      Long crc32c) {
    Map<FloatFormat, CodeCounts> byFormat = new TreeMap<>();
    casts.forEach(counts -> byFormat.put(counts.dtype().format(), counts));
    FloatFormat format = narrowest == null ? FloatFormat.BF16 : narrowest.format();
    FloatFormat held = byFormat.containsKey(format) ? format : null;
    return new Contents(dtype, elements, null, byFormat, held, roundings, crc32c);
  }

  /** Counts of codes whose values are those of the tensor; null if there are none. */
  CodeCounts exact() {
    return source != null ? source : holds == null ? null : casts.get(holds);
  }

  /** Whether all elements are known to be the same, so that their order is that of any layout. */
  boolean isOneCode() {
    CodeCounts known = exact();
    return elements == 0 || known != null && known.distinctCodes() == 1;
  }

  boolean isCounted() {
    return source != null || !casts.isEmpty();
  }

  /** Counts of the casts to a format, by rounding to nearest even; null if not known. */
  CodeCounts cast(FloatFormat format) {
    return casts.get(format);
  }

  /** What rounding to a format changed; null if not known. */
  Changes rounding(FloatFormat format) {
    return roundings.get(format);
  }

  /**
   * Several tensors that the other side holds as one; of these there is no digest. They must be of
   * one dtype to be compared by counts.
   */
  public static Contents together(List<Contents> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    long elements = parts.stream().mapToLong(Contents::elements).reduce(0, Math::addExact);
    Contents first = parts.get(0);
    if (parts.stream().anyMatch(part -> part.dtype != first.dtype || !part.isCounted())) {
      boolean sameDtype = parts.stream().allMatch(part -> part.dtype == first.dtype);
      return uncounted(sameDtype ? first.dtype : null, elements, null);
    }
    if (first.source != null) {
      return counted(sum(parts.stream().map(part -> part.source).toList()), null);
    }
    Map<FloatFormat, CodeCounts> casts = new TreeMap<>();
    for (FloatFormat format : first.casts.keySet()) {
      casts.put(format, sum(parts.stream().map(part -> part.casts.get(format)).toList()));
    }
    boolean sameFormat = parts.stream().allMatch(part -> part.holds == first.holds);
    FloatFormat holds = sameFormat ? first.holds : null;
    return new Contents(first.dtype, elements, null, casts, holds, Map.of(), null);
  }

  private static CodeCounts sum(List<CodeCounts> parts) {
    return parts.stream().map(CodeCounts::withoutPlace).reduce(CodeCounts::merge).orElseThrow();
  }
}
