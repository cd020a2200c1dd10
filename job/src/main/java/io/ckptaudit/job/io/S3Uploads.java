package io.ckptaudit.job.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Uploads in parts to an S3 store. Apart, since only who uses S3A has its classes. */
final class S3Uploads {

  private S3Uploads() {}

  /** Those of files below a directory. */
  static List<PendingUpload> below(FileSystem fileSystem, Path directory) throws IOException {
    List<PendingUpload> below = new ArrayList<>();
    if (fileSystem instanceof S3AFileSystem store) {
      String root = store.getUri().toString();
      for (MultipartUpload upload : store.listMultipartUploads(key(directory) + "/")) {
        below.add(
            new PendingUpload(root + "/" + upload.key(), upload.uploadId(), upload.initiated()));
      }
    }
    return below;
  }

  static void abort(FileSystem fileSystem, PendingUpload upload) throws IOException {
    if (fileSystem instanceof S3AFileSystem store) {
      String key = upload.uri().substring(store.getUri().toString().length() + 1);
      store.abortMultipartUpload(key, upload.id());
    }
  }

  private static String key(Path path) {
    return path.toUri().getPath().substring(1);
  }
}
