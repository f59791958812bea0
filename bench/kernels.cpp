// Normfold's own rows: the generated functions, found in the table that the generator writes beside them.
#include <normfold/runtime/table.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <stdexcept>

#include "contender.hpp"
#include "one_page.hpp"

// The libraries of the build, BENCH_LIBRARY(name) for each bench_<name>.
#ifndef BENCH_LIBRARIES
#define BENCH_LIBRARIES BENCH_LIBRARY(rows) BENCH_LIBRARY(fused) BENCH_LIBRARY(images) BENCH_LIBRARY(batches)
#endif
#define BENCH_LIBRARY(name)                                               \
  extern "C" const normfold_function normfold_bench_##name##_functions[]; \
  extern "C" const size_t normfold_bench_##name##_function_count;
BENCH_LIBRARIES
#undef BENCH_LIBRARY

namespace bench {
namespace {

constexpr std::size_t most_arguments = 16;

std::string without_dots(std::string_view order) {
  std::string letters(order);
  letters.erase(std::remove(letters.begin(), letters.end(), '.'), letters.end());
  return letters;
}

bool computes(const normfold_function& f, const workload& work) {
  return std::string_view(f.layer) == work.of->layer && std::string_view(f.direction) == work.of->direction &&
         std::string_view(f.type) == name_of(work.type) && (work.order.empty() || without_dots(f.order) == work.order);
}

// A function with everything that does not change from call to call.
class kernel {
 public:
  kernel(const normfold_function& f, const workload& work, normfold_stores stores) : function_(f) {
    if (static_cast<std::size_t>(f.arguments) > most_arguments) throw std::runtime_error("too many arguments");
    for (int i = 0; i < f.arguments; ++i) roles_[static_cast<std::size_t>(i)] = role_of(f.argument[i].name);
    for (int i = 0; i < f.extents; ++i) extents_.push_back(work.size.extent(f.extent_names[i]));
    context_ = normfold_default_context();
    context_.stores = stores;
    if (f.workspace != nullptr) {
      context_.workspace_bytes = f.workspace(extents_.data());
      workspace_.resize(context_.workspace_bytes / sizeof(block) + 1);
      context_.workspace = workspace_.data();
    }
  }

  void operator()(const tensors& t, team& threads) {
    (*this)(t, threads.threads() > 1 ? threads.context() : normfold_default_context());
  }

  // The same with another executor of the tasks.
  void operator()(const tensors& t, const normfold_context& tasks) {
    std::array<void*, most_arguments> buffers;
    for (std::size_t i = 0; i < static_cast<std::size_t>(function_.arguments); ++i) buffers[i] = t.at[roles_[i]];
    context_.parallel_for = tasks.parallel_for;
    context_.parallel_state = tasks.parallel_state;
    const normfold_status status = function_.call(buffers.data(), extents_.data(), &context_);
    if (status != NORMFOLD_OK) {
      throw std::runtime_error(std::string(function_.name) + ": " + normfold_status_text(status));
    }
  }

 private:
  struct alignas(NORMFOLD_WORKSPACE_ALIGNMENT) block {
    std::array<std::byte, NORMFOLD_WORKSPACE_ALIGNMENT> bytes;
  };

  static std::size_t role_of(std::string_view name) {
    const auto found = std::find(role_names.begin(), role_names.end(), name);
    if (found == role_names.end()) throw std::runtime_error("no tensor is named " + std::string(name));
    return static_cast<std::size_t>(found - role_names.begin());
  }

  const normfold_function& function_;
  std::array<std::size_t, most_arguments> roles_{};
  std::vector<std::size_t> extents_;
  std::vector<block> workspace_;
  normfold_context context_;
};

std::vector<const normfold_function*> functions_for(const workload& work) {
  std::vector<const normfold_function*> found;
  const auto look = [&](const normfold_function* functions, std::size_t count) {
    for (const normfold_function* f = functions; f != functions + count; ++f) {
      if (computes(*f, work)) found.push_back(f);
    }
  };
#define BENCH_LIBRARY(name) look(normfold_bench_##name##_functions, normfold_bench_##name##_function_count);
  BENCH_LIBRARIES
#undef BENCH_LIBRARY
  return found;
}

}  // namespace

std::vector<contender> normfold_contenders(const workload& work, regime when, int threads, bool keeps) {
  std::vector<contender> all;
  const auto add = [&](const normfold_function& f, const char* name, normfold_stores stores) {
    auto bound = std::make_shared<kernel>(f, work, stores);
    all.push_back({name, kind::normfold, false, [bound](const tensors& t, team& some) { (*bound)(t, some); }});
  };
  for (const normfold_function* f : functions_for(work)) {
    if (std::string_view(f->backend) == "halide") {  // its stores are on trial as an application gets them
      add(*f, "Normfold Halide", NORMFOLD_STORES_AUTO);
      if (keeps) add(*f, "Normfold Halide, keep", NORMFOLD_STORES_KEEP);
      continue;
    }
    add(*f, "Normfold Highway", NORMFOLD_STORES_AUTO);
    if (when == regime::cold) {
      add(*f, "Normfold Highway, stream", NORMFOLD_STORES_STREAM);
      if (keeps) add(*f, "Normfold Highway, keep", NORMFOLD_STORES_KEEP);
    } else {
      add(*f, "Normfold Highway, keep", NORMFOLD_STORES_KEEP);
      if (auto pages = one_page::make(work, threads)) {
        auto bound = std::make_shared<kernel>(*f, work, NORMFOLD_STORES_KEEP);
        all.push_back(
            {"Normfold Highway, one page", kind::normfold, false, [bound, pages](const tensors& t, team& some) {
               if (!pages->is_shared_out()) (*bound)(t, pages->chunks(t));
               (*bound)(pages->instead_of(t), some);
             }});
        all.back().checked = false;
      }
    }
  }
  return all;
}

}  // namespace bench
