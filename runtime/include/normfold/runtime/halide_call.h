// Calls of kernels that Halide compiled: the caller's threads, workspace and choice of stores, codes as statuses. Plain C++
// with HalideRuntime.h only. To route another callback of Halide's runtime, add it to `halide_callbacks`.
#ifndef NORMFOLD_RUNTIME_HALIDE_CALL_H_
#define NORMFOLD_RUNTIME_HALIDE_CALL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "HalideRuntime.h"
#include "normfold/runtime/check.h"
#include "normfold/runtime/halide_device.h"
#include "normfold/runtime/halide_tensor.h"

namespace normfold {

/// One call in progress: what user_context points to.
struct halide_job {
  const normfold_context* context;
  std::size_t task_iterations;    ///< iterations of a parallel loop that one task takes at most
  halide_stage* stage = nullptr;  ///< where outputs go past the cache: this job is one task of a call
  std::atomic<std::size_t> used{0};
  std::atomic<bool> is_parallel{false};
  std::atomic<bool> is_short{false};  ///< whether the workspace did not suffice

  /// Iterations of a loop of `size` that one task takes.
  std::size_t step(std::size_t size) const {
    constexpr std::size_t least_tasks = 16;
    const std::size_t few = (size + least_tasks - 1) / least_tasks;
    return task_iterations < few ? task_iterations : few;
  }
};

/// Halide's callbacks. They serve the calls of this process that halide_call makes, and hand every other pipeline's on
/// to what was set before, so that an application's own pipelines keep their threads, allocator and error handler.
class NORMFOLD_IN_EACH_LIBRARY halide_callbacks {
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
    loop l{job, iteration, min, size, job->step(static_cast<std::size_t>(size)), closure};
    if (job->is_parallel.exchange(true)) return serial(l);  // a loop within a task is that task's own
    normfold_run(job->context, (static_cast<std::size_t>(size) + l.step - 1) / l.step, run_task, &l);
    job->is_parallel = false;
    return l.code;
  }

  static int serial(const loop& l) {
    for (int i = 0; i < l.size; ++i) {
      if (const int code = l.iteration(l.job, l.min + i, l.closure); code != 0) return code;
      if (l.job->stage != nullptr) l.job->stage->store(static_cast<std::size_t>(i));
    }
    return 0;
  }

  static void run_task(void* data, std::size_t task) {
    loop& l = *static_cast<loop*>(data);
    halide_job* const before = current();
    current() = l.job;
    const std::size_t begin = task * l.step;
    const std::size_t size = static_cast<std::size_t>(l.size);
    const std::size_t end = begin + l.step < size ? begin + l.step : size;
    for (std::size_t i = begin; i < end; ++i)
      if (const int code = l.iteration(l.job, l.min + static_cast<int>(i), l.closure); code != 0) l.code = code;
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

/// A call whose tasks are calls of the kernel for some slices each.
template <class Kernel>
struct halide_staged_call {
  const halide_job& job;
  std::size_t slices, step;
  halide_tensors read, written;
  const Kernel& kernel;
  std::atomic<int> code{0};

  static void run_task(void* data, std::size_t task) {
    halide_staged_call& call = *static_cast<halide_staged_call*>(data);
    const std::size_t first = task * call.step, left = call.slices - first;
    halide_stage stage(call.read, call.written, first, left < call.step ? left : call.step);
    halide_job job{call.job.context, call.step, &stage};
    job.is_parallel = true;
    halide_job* const before = halide_callbacks::current();
    halide_callbacks::current() = &job;
    if (const int code = call.kernel(static_cast<const void*>(&job), stage); code != 0) call.code = code;
    halide_callbacks::current() = before;
  }
};

/// Calls `kernel(user_context, buffer_of)`, where buffer_of(tensor) is what the kernel takes. Its parallel loops go to the
/// context's parallel_for in tasks of some `task_bytes`, of which one iteration takes `iteration_bytes`. `slices`: how many
/// iterations it has, where each writes single runs of memory; else 0. A kernel for a device gets copies of what it reads
/// there, and what it wrote is copied back before this returns.
template <class Kernel>
normfold_status halide_call(const normfold_context* context, const halide_filter_metadata_t* about,
                            std::size_t iteration_bytes, std::size_t slices, halide_tensors read,
                            halide_tensors written, const Kernel& kernel) {
  constexpr std::size_t task_bytes = std::size_t{1} << 16;
  for (const halide_tensors& tensors : {read, written})
    for (const halide_tensor* t : tensors)
      if (!t->fits()) return NORMFOLD_TOO_LARGE;
  halide_callbacks::install();
  halide_drivers::install();
  static const halide_device device = halide_device_of(about->target);  // every wrapper has a Kernel of its own
  if (device == halide_device::missing) return NORMFOLD_NO_DEVICE;
  halide_job job{context, iteration_bytes >= task_bytes ? 1 : task_bytes / (iteration_bytes + 1) + 1};
  if (device == halide_device::cpu && slices > 0 && halide_stage::serves(context, slices, read, written)) {
    job.task_iterations *= 16;  // each task ends by waiting for its stores
    const bool is_serial = context == nullptr || context->parallel_for == nullptr;
    halide_staged_call<Kernel> call{job, slices, is_serial ? slices : job.step(slices), read, written, kernel};
    normfold_run(context, (slices + call.step - 1) / call.step, halide_staged_call<Kernel>::run_task, &call);
    return call.code == 0 ? NORMFOLD_OK : NORMFOLD_BACKEND;
  }
  halide_job* const before = halide_callbacks::current();
  halide_callbacks::current() = &job;
  if (device == halide_device::ready)
    for (halide_tensor* t : read) t->buffer()->set_host_dirty();
  int code = kernel(static_cast<const void*>(&job), [](halide_tensor& t) { return t.buffer(); });
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
