// SPDX-License-Identifier: Apache-2.0
#include "clawtrail/base/result.h"

#include <cerrno>
#include <cstring>

#include "clawtrail/base/check.h"

namespace clawtrail {

namespace {

Code code_of(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
      return Code::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::kPermission;
    case ENOSPC:
    case EDQUOT:
      return Code::kNoSpace;
    case EBUSY:
    case EEXIST:
    case EADDRINUSE:
    case EAGAIN:
      return Code::kBusy;
    case EINVAL:
    case ELOOP:
    case ENAMETOOLONG:
      return Code::kInvalid;
    case EFBIG:
      return Code::kTooLarge;
    case ETIMEDOUT:
      return Code::kTimeout;
    default:
      return Code::kIo;
  }
}

}  // namespace

Error errno_error(const char* verb, const std::string& object, int errno_value) {
  CHECK(errno_value != 0);
  char buffer[128];
  const char* reason = ::strerror_r(errno_value, buffer, sizeof buffer);
  return {code_of(errno_value), std::string("cannot ") + verb + " " + object + ": " + reason};
}

}  // namespace clawtrail
