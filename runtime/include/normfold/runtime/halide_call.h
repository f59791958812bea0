// Calls of kernels that Halide compiled: tensors as Halide's buffers, the caller's threads and workspace, codes as
// statuses. Plain C++ with HalideRuntime.h only. To route another callback of Halide's runtime, add it to
// `halide_callbacks`.
#ifndef NORMFOLD_RUNTIME_HALIDE_CALL_H_
#define NORMFOLD_RUNTIME_HALIDE_CALL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "HalideRuntime.h"
#include "normfold/runtime/check.h"
#include "normfold/runtime/halide_device.h"

namespace normfold {

/// One axis of a tensor as Halide sees it; strides count elements.
struct halide_axis {
  std::size_t extent, stride;
};

/// A tensor of the caller as a buffer of Halide's, the innermost axis first.
class halide_tensor {
 public:
  static constexpr std::size_t kAxes = 16;

  halide_tensor(const void* data, halide_type_t type, std::initializer_list<halide_axis> axes) : buffer_() {
    buffer_.host = static_cast<std::uint8_t*>(const_cast<void*>(data));
    buffer_.type = type;
    buffer_.dimensions = static_cast<std::int32_t>(axes.size());
    buffer_.dim = axes_;
    std::size_t i = 0;
    for (const halide_axis& axis : axes) {
      fits_ = fits_ && axis.extent <= INT32_MAX && (axis.stride <= INT32_MAX || axis.extent == 1);
      axes_[i++] =
          halide_dimension_t(0, static_cast<std::int32_t>(axis.extent), static_cast<std::int32_t>(axis.stride));
    }
  }
  halide_tensor(const halide_tensor&) = delete;
  halide_tensor& operator=(const halide_tensor&) = delete;

  /// Whether extents and strides are within Halide's 32 bits. The number of elements is not limited.
  bool fits() const { return fits_; }

  /// Each iteration of the kernel's parallel loop begins with one run of this, of so many bytes and so many apart.
  void in_runs(std::size_t apart, std::size_t bytes) {
    apart_ = apart;
    run_ = bytes;
  }
  /// Asks for a run ahead of its iteration: of a long one the beginning, for then the processor sees it coming itself.
  void prefetch_run(std::size_t iteration) const {
#if defined(__GNUC__)
    constexpr std::size_t line = 64, page = 4096;
    const std::uint8_t* const run = buffer_.host + iteration * apart_;
    for (std::size_t at = 0; at < (run_ <= page ? run_ : page / 4); at += line) __builtin_prefetch(run + at);
#else
    (void)iteration;
#endif
  }
  halide_buffer_t* buffer() { return &buffer_; }
  operator halide_buffer_t*() { return &buffer_; }  // NOLINT: what a kernel takes

 private:
  halide_buffer_t buffer_;
  halide_dimension_t axes_[kAxes];
  bool fits_ = true;
  std::size_t apart_ = 0, run_ = 0;
};

/// Tensors of one call, those that are read or those that are written.
using halide_tensors = std::initializer_list<halide_tensor*>;

/// One call in progress: what user_context points to.
struct halide_job {
  const normfold_context* context;
  halide_tensors read;
  std::size_t task_iterations;  ///< iterations of a parallel loop that one task takes at most
  std::atomic<std::size_t> used{0};
  std::atomic<bool> is_parallel{false};
  std::atomic<bool> is_short{false};  ///< whether the workspace did not suffice
};

/// Halide's callbacks. They serve the calls of this process that halide_call makes, and hand every other pipeline's on
/// to what was set before, so that an application's own pipelines keep their threads, allocator and error handler.
class halide_callbacks {
 public:
  static void install() {
    static const bool installed = [] {
      previous() = {halide_set_custom_do_par_for(par_for), halide_set_error_handler(error),
                    halide_set_custom_malloc(allocate), halide_set_custom_free(release)};
      return true;
    }();
    (void)installed;
  }

  /// The job that the calling thread works on.
  static halide_job*& current() {
    static thread_local halide_job* job = nullptr;
    return job;
  }

 private:
  struct functions {
    halide_do_par_for_t par_for;
    halide_error_handler_t error;
    halide_malloc_t allocate;
    halide_free_t release;
  };
  static functions& previous() {
    static functions were{};
    return were;
  }
  static halide_job* job_of(void* user_context) {
    return user_context != nullptr && user_context == current() ? current() : nullptr;
  }

  struct loop {
    halide_job* job;
    halide_task_t iteration;
    int min, size;
    std::size_t step;  ///< iterations a task takes
    std::uint8_t* closure;
    std::atomic<int> code{0};
  };

  static int par_for(void* user_context, halide_task_t iteration, int min, int size, std::uint8_t* closure) {
    halide_job* const job = job_of(user_context);
    if (job == nullptr) return previous().par_for(user_context, iteration, min, size, closure);
    if (size <= 0) return 0;
    constexpr std::size_t least_tasks = 16;
    const std::size_t few = (static_cast<std::size_t>(size) + least_tasks - 1) / least_tasks;
    loop l{job, iteration, min, size, job->task_iterations < few ? job->task_iterations : few, closure};
    if (job->is_parallel.exchange(true)) return serial(l);  // a loop within a task is that task's own
    normfold_run(job->context, (static_cast<std::size_t>(size) + l.step - 1) / l.step, run_task, &l);
    job->is_parallel = false;
    return l.code;
  }

  static int serial(const loop& l) {
    for (int i = 0; i < l.size; ++i)
      if (const int code = l.iteration(l.job, l.min + i, l.closure); code != 0) return code;
    return 0;
  }

  static void run_task(void* data, std::size_t task) {
    loop& l = *static_cast<loop*>(data);
    halide_job* const before = current();
    current() = l.job;
    const std::size_t begin = task * l.step;
    const std::size_t size = static_cast<std::size_t>(l.size);
    const std::size_t end = begin + l.step < size ? begin + l.step : size;
    for (std::size_t i = begin; i < end; ++i) {
      if (i + 1 < end)
        for (const halide_tensor* t : l.job->read) t->prefetch_run(i + 1);
      if (const int code = l.iteration(l.job, l.min + static_cast<int>(i), l.closure); code != 0) l.code = code;
    }
    current() = before;
  }

  static void error(void* user_context, const char* text) {
    if (job_of(user_context) == nullptr) previous().error(user_context, text);
  }

  // From the caller's workspace, whose size <name>_workspace(...) has counted. Were it counted too small, the call would
  // say so when it is done.
  static void* allocate(void* user_context, std::size_t bytes) {
    halide_job* const job = job_of(user_context);
    if (job == nullptr) return previous().allocate(user_context, bytes);
    const std::size_t whole =
        (bytes + NORMFOLD_WORKSPACE_ALIGNMENT - 1) / NORMFOLD_WORKSPACE_ALIGNMENT * NORMFOLD_WORKSPACE_ALIGNMENT;
    const std::size_t at = job->used.fetch_add(whole);
    if (job->context != nullptr && at + bytes <= job->context->workspace_bytes)
      return static_cast<unsigned char*>(job->context->workspace) + at;
    job->is_short = true;  // kernels do not look whether they got memory
    return previous().allocate(user_context, bytes);
  }

  static bool is_in_workspace(const halide_job& job, const void* pointer) {
    if (job.context == nullptr) return false;
    const auto begin = reinterpret_cast<std::uintptr_t>(job.context->workspace);
    return reinterpret_cast<std::uintptr_t>(pointer) - begin < job.context->workspace_bytes;
  }

  static void release(void* user_context, void* pointer) {
    const halide_job* const job = job_of(user_context);
    if (job == nullptr || !is_in_workspace(*job, pointer)) previous().release(user_context, pointer);
  }
};

/// Calls `kernel(user_context)`. Parallel loops of the kernel go to the context's parallel_for in tasks of some
/// `task_bytes`, of which one iteration takes `iteration_bytes`. A kernel for a device gets copies of what it reads
/// there, and what it wrote is copied back before this returns.
template <class Kernel>
normfold_status halide_call(const normfold_context* context, const halide_filter_metadata_t* about,
                            std::size_t iteration_bytes, halide_tensors read, halide_tensors written,
                            const Kernel& kernel) {
  constexpr std::size_t task_bytes = std::size_t{1} << 16;
  for (const halide_tensors& tensors : {read, written})
    for (const halide_tensor* t : tensors)
      if (!t->fits()) return NORMFOLD_TOO_LARGE;
  halide_callbacks::install();
  halide_drivers::install();
  static const halide_device device = halide_device_of(about->target);  // every wrapper has a Kernel of its own
  if (device == halide_device::missing) return NORMFOLD_NO_DEVICE;
  halide_job job{context, read, iteration_bytes >= task_bytes ? 1 : task_bytes / (iteration_bytes + 1) + 1};
  halide_job* const before = halide_callbacks::current();
  halide_callbacks::current() = &job;
  if (device == halide_device::ready)
    for (halide_tensor* t : read) t->buffer()->set_host_dirty();
  int code = kernel(static_cast<const void*>(&job));
  if (device == halide_device::ready) {
    for (halide_tensor* t : written)
      if (code == 0) code = halide_copy_to_host(&job, t->buffer());
    for (const halide_tensors& tensors : {read, written})
      for (halide_tensor* t : tensors) halide_device_free(&job, t->buffer());
  }
  halide_callbacks::current() = before;
  // On a device arrays are its own; what Halide asks of the host is empty.
  return code == 0 && (!job.is_short || device != halide_device::cpu) ? NORMFOLD_OK : NORMFOLD_BACKEND;
}

}  // namespace normfold

#endif  // NORMFOLD_RUNTIME_HALIDE_CALL_H_
