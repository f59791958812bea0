// Built with ThreadSanitizer: each generated function is called once with a thread for each task, so that tasks which
// touch the same memory are found whether or not they meet. A new pair in layers/ is tried by its line in
// CMakeLists.txt.
#include <normfold/runtime/table.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

extern "C" {
extern const normfold_function normfold_raced_functions[];
extern const size_t normfold_raced_function_count;
}

namespace {

// More than one chunk of rows in every direction of summing, several slices, and enough of both to be worth threads.
std::size_t extent(const std::string& name) {
  static const std::map<std::string, std::size_t> sizes{{"N", 5},  {"T", 330}, {"C", 96},
                                                        {"H", 24}, {"W", 28},  {"G", 3}};
  return sizes.at(name);
}

std::size_t elements(const char* axes) {
  std::size_t count = 1;
  std::istringstream names(axes);
  for (std::string axis; std::getline(names, axis, '.');) count *= extent(axis);
  return count;
}

std::size_t threads_started = 0;

void thread_for_each(void*, std::size_t tasks, void (*task)(void*, std::size_t), void* data) {
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < tasks; ++i) threads.emplace_back(task, data, i);
  threads_started += tasks;
  for (std::thread& each : threads) each.join();
}

bool call(const normfold_function& function) {
  std::vector<std::vector<double>> tensors;
  std::vector<void*> buffers;
  for (int i = 0; i < function.arguments; ++i) {
    const std::size_t count = elements(function.argument[i].axes);
    std::vector<float> values(count);
    for (std::size_t k = 0; k < count; ++k) values[k] = static_cast<float>(k * 7 % 23) / 8 + 1;
    tensors.emplace_back(count);
    std::memcpy(tensors.back().data(), values.data(), count * sizeof(float));
  }
  for (auto& each : tensors) buffers.push_back(each.data());
  std::vector<std::size_t> extents;
  for (int i = 0; i < function.extents; ++i) extents.push_back(extent(function.extent_names[i]));
  normfold_context context = normfold_default_context();
  context.parallel_for = thread_for_each;
  std::vector<unsigned char> workspace;
  if (function.workspace != nullptr) {
    context.workspace_bytes = function.workspace(extents.data());
    workspace.resize(context.workspace_bytes + NORMFOLD_WORKSPACE_ALIGNMENT);
    const auto past = reinterpret_cast<std::uintptr_t>(workspace.data()) % NORMFOLD_WORKSPACE_ALIGNMENT;
    context.workspace = workspace.data() + (past != 0 ? NORMFOLD_WORKSPACE_ALIGNMENT - past : 0);
  }
  const normfold_status status = function.call(buffers.data(), extents.data(), &context);
  if (status != NORMFOLD_OK) std::printf("%s: %s\n", function.name, normfold_status_text(status));
  return status == NORMFOLD_OK;
}

}  // namespace

int main() {
  bool all = normfold_raced_function_count > 0;
  for (std::size_t i = 0; i < normfold_raced_function_count; ++i) all = call(normfold_raced_functions[i]) && all;
  std::printf("%zu functions, %zu threads\n", normfold_raced_function_count, threads_started);
  return all && threads_started > normfold_raced_function_count ? 0 : 1;
}
