#include "dataplane/extract/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace sluice::extract {

Result<SharedMemory> SharedMemory::Create(const char* name, size_t bytes) {
  SharedMemory memory;
  const int low = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (low < 0) return Error::FromErrno(errno, "shared memory was refused");
  // Above the numbers under which a new process finds it.
  constexpr int kFirstDescriptor = 16;
  memory.descriptor_ = fcntl(low, F_DUPFD_CLOEXEC, kFirstDescriptor);
  close(low);
  if (memory.descriptor_ < 0) return Error::FromErrno(errno, "shared memory was refused");
  if (ftruncate(memory.descriptor_, static_cast<off_t>(bytes)) != 0 ||
      // Nobody who shares it can cut it short and so make an access to it fail.
      fcntl(memory.descriptor_, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
    return Error::FromErrno(errno, "shared memory of " + std::to_string(bytes) + " bytes was refused");
  }
  void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory.descriptor_, 0);
  if (data == MAP_FAILED) return Error::FromErrno(errno, "shared memory of " + std::to_string(bytes) + " bytes cannot be mapped");
  memory.data_ = static_cast<uint8_t*>(data);
  memory.size_ = bytes;
  return memory;
}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) munmap(data_, size_);
  if (descriptor_ >= 0) close(descriptor_);
}

void SharedMemory::Swap(SharedMemory& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(descriptor_, other.descriptor_);
}

}  // namespace sluice::extract
