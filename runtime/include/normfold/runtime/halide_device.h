// The device (OpenCL, CUDA) that a kernel of Halide's runs on: whether it needs one and has it. To probe for another
// API's driver, add a function like halide_has_cuda and its row in halide_device_of. Plain C++ with HalideRuntime.h
// only.
#ifndef NORMFOLD_RUNTIME_HALIDE_DEVICE_H_
#define NORMFOLD_RUNTIME_HALIDE_DEVICE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "HalideRuntime.h"

/// What is set in Halide's runtime is known once for each library that has a runtime of its own, not once a process: two of them, loaded
/// beside each other, must not share it, as compilers else arrange for variables of inline functions.
#if defined(__GNUC__) && !defined(_WIN32)
#define NORMFOLD_IN_EACH_LIBRARY __attribute__((visibility("hidden")))
#else
#define NORMFOLD_IN_EACH_LIBRARY
#endif

namespace normfold {

/// Opens drivers. Halide asks for "libOpenCL.so", which only development packages have; "libOpenCL.so.1" is the
/// driver's. Every other name is left to what was set before.
class NORMFOLD_IN_EACH_LIBRARY halide_drivers {
 public:
  static void install() {
    static const bool installed = [] {
      previous() = halide_set_custom_load_library(open);
      return true;
    }();
    (void)installed;
  }

  /// A function of a driver; null where the driver or the function is missing.
  template <class Function>
  static Function* find(const char* library, const char* name) {
    void* const opened = open(library);
    void* const symbol = opened == nullptr ? nullptr : halide_get_library_symbol(opened, name);
    Function* function = nullptr;
    std::memcpy(&function, &symbol, sizeof function);  // POSIX: an object's pointer holds a function's
    return function;
  }

 private:
  static halide_load_library_t& previous() {
    static halide_load_library_t was = halide_default_load_library;
    return was;
  }
  static void* open(const char* name) {
    if (void* const found = previous()(name)) return found;
    if (std::strcmp(name, "libOpenCL.so") == 0) return previous()("libOpenCL.so.1");
    if (std::strcmp(name, "libcuda.so") == 0) return previous()("libcuda.so.1");
    return nullptr;
  }
};

/// Whether OpenCL has a device. Asked once a process.
inline bool halide_has_opencl() {
  static const bool found = [] {
    using get_platforms = std::int32_t(std::uint32_t, void**, std::uint32_t*);
    using get_devices = std::int32_t(void*, std::uint64_t, std::uint32_t, void**, std::uint32_t*);
    constexpr std::uint32_t most = 16;
    constexpr std::uint64_t any_type = 0xffffffff;
    const auto platforms = halide_drivers::find<get_platforms>("libOpenCL.so", "clGetPlatformIDs");
    const auto devices = halide_drivers::find<get_devices>("libOpenCL.so", "clGetDeviceIDs");
    void* platform[most];
    std::uint32_t count = 0, here = 0;
    if (platforms == nullptr || devices == nullptr || platforms(most, platform, &count) != 0) return false;
    for (std::uint32_t i = 0; i < count && i < most; ++i)
      if (devices(platform[i], any_type, 0, nullptr, &here) == 0 && here > 0) return true;
    return false;
  }();
  return found;
}

/// Whether CUDA has a device. Asked once a process.
inline bool halide_has_cuda() {
  static const bool found = [] {
    using init = std::int32_t(std::uint32_t);
    using count_devices = std::int32_t(std::int32_t*);
    const auto start = halide_drivers::find<init>("libcuda.so", "cuInit");
    const auto devices = halide_drivers::find<count_devices>("libcuda.so", "cuDeviceGetCount");
    std::int32_t count = 0;
    return start != nullptr && devices != nullptr && start(0) == 0 && devices(&count) == 0 && count > 0;
  }();
  return found;
}

enum class halide_device { cpu, ready, missing };

/// Where the kernels of a Halide target run.
inline halide_device halide_device_of(const char* target) {
  bool ready = false;
  if (std::strstr(target, "-opencl") != nullptr) ready = halide_has_opencl();
  else if (std::strstr(target, "-cuda") != nullptr) ready = halide_has_cuda();
  else return halide_device::cpu;
  return ready ? halide_device::ready : halide_device::missing;
}

}  // namespace normfold

#endif  // NORMFOLD_RUNTIME_HALIDE_DEVICE_H_
