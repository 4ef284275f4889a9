#include "storage/aws_library.h"

#include <aws/auth/auth.h>
#include <aws/common/allocator.h>

namespace vieweratlas {
namespace {

class Library {
 public:
  Library() { aws_auth_library_init(aws_default_allocator()); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() { aws_auth_library_clean_up(); }
};

}  // namespace

aws_allocator* aws_library() {
  static const Library library;
  return aws_default_allocator();
}

}  // namespace vieweratlas
