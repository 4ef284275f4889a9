// Rows of the option table: which store holds presence and results.

#include <array>
#include <span>
#include <string_view>

#include "cli/option.h"
#include "cli/option_rows.h"

namespace vieweratlas {
namespace {

constexpr std::array kStorage{
    Option{.key = "storage.storage_type",
           .field = VA_FIELD(storage.type),
           .heading = "Storage",
           .help = "Where presence and results are kept: file, the folders that logs_dir and output_dir name; sqlite, one file; s3, a "
                   "bucket of Amazon S3 or of a server that speaks its protocol. docs/storage.md compares them.",
           .more_flags = "--storage",
           .environment = "STORAGE_TYPE",
           .commands = kStoreUsers},
    Option{.key = "storage.s3_bucket",
           .field = VA_FIELD(storage.bucket),
           .heading = "Storage",
           .help = "Bucket for storage_type s3.",
           .environment = "S3_BUCKET",
           .commands = kStoreUsers},
    Option{.key = "storage.s3_prefix",
           .field = VA_FIELD(storage.prefix),
           .heading = "Storage",
           .help = "Begin of every key in the bucket; a slash at its end is added. / alone: keys begin at the root of the bucket.",
           .environment = "S3_PREFIX",
           .commands = kStoreUsers},
    Option{.key = "storage.s3_region",
           .field = VA_FIELD(storage.region),
           .heading = "Storage",
           .help = "Region of the bucket.",
           .environment = "S3_REGION,AWS_REGION,AWS_DEFAULT_REGION",
           .commands = kStoreUsers},
    Option{.key = "storage.s3_endpoint",
           .field = VA_FIELD(storage.endpoint),
           .heading = "Storage",
           .help = "Address of another S3 server, such as http://127.0.0.1:9000; unset, AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL are "
                   "looked at, then it is Amazon's.",
           .environment = "S3_ENDPOINT",
           .commands = kStoreUsers},
    Option{.key = "storage.s3_addressing",
           .field = VA_FIELD(storage.addressing),
           .heading = "Storage",
           .help = "Where requests name the bucket: path, virtual (in the host's name), or auto: path for an endpoint of your own.",
           .commands = kStoreUsers},
    Option{
        .key = "storage.s3_encryption",
        .field = VA_FIELD(storage.encryption),
        .heading = "Storage",
        .help = "Encryption at rest that the server is asked for: aes256 (its own keys), kms, or none where a server refuses to be asked.",
        .commands = kStoreUsers},
    Option{.key = "storage.s3_kms_key",
           .field = VA_FIELD(storage.kms_key),
           .heading = "Storage",
           .help = "Id or ARN of the key for s3_encryption kms; unset, the account's own.",
           .commands = kStoreUsers},
    Option{.key = "storage.s3_profile",
           .field = VA_FIELD(storage.profile),
           .heading = "Storage",
           .help = "Profile of ~/.aws that credentials are taken from; unset, AWS_PROFILE.",
           .commands = kStoreUsers},
    Option{.key = "storage.s3_ca_file",
           .field = VA_FIELD(storage.ca_file),
           .heading = "Storage",
           .help = "File of certificates (PEM) that the S3 server is checked against; none takes the system's.",
           .environment = "AWS_CA_BUNDLE",
           .commands = kStoreUsers},
    Option{.key = "storage.s3_parallel",
           .field = VA_FIELD(storage.parallel),
           .heading = "Storage",
           .help = "Objects and parts that are transferred at the same time.",
           .unit = "transfers",
           .min = 1,
           .max = 256,
           .commands = kStoreUsers},
    Option{.key = "storage.sqlite_file",
           .field = VA_FIELD(storage.sqlite_file),
           .heading = "Storage",
           .help = "The file for storage_type sqlite; made when it is not there.",
           .environment = "SQLITE_FILE",
           .commands = kStoreUsers},
    Option{
        .key = "storage.cache_dir",
        .field = VA_FIELD(storage.cache_dir),
        .heading = "Storage",
        .help = "Folder for local copies of what an analysis reads from s3; unset, vieweratlas/objects in $XDG_CACHE_HOME or in ~/.cache.",
        .commands = kStoreUsers},
    Option{.key = "storage.cache_max_gib",
           .field = VA_FIELD(storage.cache_max_gib),
           .heading = "Storage",
           .help = "Size that the cache is kept below; what was used least recently goes first.",
           .unit = "GiB",
           .min = 0.01,
           .commands = kStoreUsers},
};

}  // namespace

std::span<const Option> storage_options() { return kStorage; }

}  // namespace vieweratlas
