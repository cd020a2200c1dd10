package io.ckptaudit.job.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.s3a.Invoker;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Uploads in parts to an S3 store. Apart, since only who uses S3A has its classes. */
final class S3Uploads {

  private S3Uploads() {}

  /** Those of files below a directory, whose URI theirs begin with. */
  static List<PendingUpload> below(FileSystem fileSystem, Path path, String directory)
      throws IOException {
    List<PendingUpload> below = new ArrayList<>();
    if (fileSystem instanceof S3AFileSystem store) {
      String prefix = prefix(path);
      RemoteIterator<MultipartUpload> uploads = store.listUploads(prefix);
      while (uploads.hasNext()) {
        MultipartUpload upload = uploads.next();
        String uri = directory + "/" + upload.key().substring(prefix.length());
        below.add(new PendingUpload(uri, upload.key(), upload.uploadId(), upload.initiated()));
      }
    }
    return below;
  }

  /** Of the keys below; empty for the root of a bucket. */
  private static String prefix(Path directory) {
    String key = directory.toUri().getPath().substring(1);
    return key.isEmpty() ? key : key + "/";
  }

  /** S3A neither repeats nor translates this request; an upload that is gone is as good. */
  static void abort(FileSystem fileSystem, PendingUpload upload) throws IOException {
    if (fileSystem instanceof S3AFileSystem store) {
      try {
        Invoker.once(
            "abort upload",
            upload.key(),
            () -> store.abortMultipartUpload(upload.key(), upload.id()));
      } catch (FileNotFoundException e) {
        // Its task has aborted or completed it meanwhile.
      }
    }
  }
}
