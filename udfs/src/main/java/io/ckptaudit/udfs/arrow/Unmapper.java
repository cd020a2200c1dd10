package io.ckptaudit.udfs.arrow;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import sun.misc.Unsafe;

/** Unmaps a window at once: the garbage collector sees its few heap bytes and never hurries. */
final class Unmapper {

  private static final Unsafe UNSAFE = unsafe();

  private Unmapper() {}

  static void unmap(ByteBuffer window) {
    UNSAFE.invokeCleaner(window);
  }

  private static Unsafe unsafe() {
    try {
      Field field = Unsafe.class.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return (Unsafe) field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
