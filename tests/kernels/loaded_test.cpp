// Two libraries with Halide kernels in one process, each loaded with a Halide runtime of its own: calls of both go to the caller's threads.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <normfold/runtime/table.h>

#include <cstring>
#include <string>
#include <vector>

namespace {

const std::vector<size_t> extents{16, 16, 1024};
constexpr std::size_t elements = 16 * 16 * 1024;

const normfold_function& function_of(const char* library) {
  void* const opened = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  REQUIRE_MESSAGE(opened != nullptr, std::string(dlerror()));
  void* const symbol = dlsym(opened, "first_function");
  REQUIRE(symbol != nullptr);
  const normfold_function* (*first)() = nullptr;
  std::memcpy(&first, &symbol, sizeof first);  // POSIX: an object's pointer holds a function's
  return *first();
}

// The caller's threads, which are one: how many tasks they were given.
void count_tasks(void* state, size_t tasks, void (*task)(void* data, size_t index), void* data) {
  *static_cast<size_t*>(state) += tasks;
  for (size_t i = 0; i < tasks; ++i) task(data, i);
}

TEST_CASE("each of two libraries gives its tasks to the caller's threads") {
  for (const char* library : {LOADED_A, LOADED_B}) {
    const normfold_function& f = function_of(library);
    REQUIRE(static_cast<std::size_t>(f.extents) == extents.size());
    std::vector<std::vector<float>> tensors(static_cast<std::size_t>(f.arguments), std::vector<float>(elements, 1));
    std::vector<void*> buffers;
    for (std::vector<float>& t : tensors) buffers.push_back(t.data());
    size_t tasks = 0;
    normfold_context context = normfold_default_context();
    context.parallel_for = count_tasks;
    context.parallel_state = &tasks;
    CHECK(f.call(buffers.data(), extents.data(), &context) == NORMFOLD_OK);
    CHECK_MESSAGE(tasks > 1, std::string(library) << " did not ask the caller's parallel_for");
  }
}

}  // namespace
