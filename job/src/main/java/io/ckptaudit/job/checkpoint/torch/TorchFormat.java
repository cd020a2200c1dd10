package io.ckptaudit.job.checkpoint.torch;

import java.util.Set;

/**
 * The layout of a PyTorch file. Since 1.6 a zip archive whose members are in one folder, of any
 * name:
 *
 * <pre>
 * data.pkl                  the object, with references to storages
 * data/0, data/1, …         storages: raw elements
 * version                   "3\n"
 * byteorder                 "little" or "big"; little if missing
 * .format_version, .storage_alignment, .data/serialization_id
 * </pre>
 *
 * Before, a stream: five pickles (magic number, protocol 1001, sys_info, the object, the keys of
 * its storages), then for each key a u64 count of elements and the elements. Source:
 * torch/serialization.py and caffe2/serialize/inline_container.cc of torch 2.13.
 */
final class TorchFormat {
  static final Set<String> SUFFIXES = Set.of(".bin", ".pt", ".pth", ".ckpt");
  static final String INDEX_SUFFIX = ".bin.index.json";

  static final String PICKLE = "data.pkl";
  static final String STORAGES = "data/";
  static final String VERSION = "version";
  static final String BYTE_ORDER = "byteorder";
  static final String SCRIPT_CONSTANTS = "constants.pkl";
  static final Set<String> KNOWN_MEMBERS =
      Set.of(
          PICKLE,
          VERSION,
          BYTE_ORDER,
          ".format_version",
          ".storage_alignment",
          ".data/serialization_id");

  /** Of torch 2.13, {@code kMaxSupportedFileFormatVersion}. */
  static final int LATEST_VERSION = 10;

  /** The first pickle of a legacy stream. */
  static final String LEGACY_MAGIC = "119547037146038801333356";

  static final long LEGACY_PROTOCOL = 1001;

  static final String PREVIEW_MAGIC = "PYTORCH1";

  /** Of a pickle that is compressed, which torch does not write: it is held in memory. */
  static final long LONGEST_INFLATED = 64L << 20;

  private TorchFormat() {}
}
