package io.ckptaudit.job.io;

import java.io.IOException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Uploads in parts to an S3 store. Apart, since only who uses S3A has its classes. */
final class S3Uploads {

  private S3Uploads() {}

  /** Aborts those of files in a directory whose names begin so. */
  static void abort(FileSystem fileSystem, Path directory, String names) throws IOException {
    if (fileSystem instanceof S3AFileSystem store) {
      String prefix = directory.toUri().getPath().substring(1) + "/";
      for (MultipartUpload upload : store.listMultipartUploads(prefix)) {
        if (upload.key().startsWith(prefix + names)) {
          store.abortMultipartUpload(upload.key(), upload.uploadId());
        }
      }
    }
  }
}
