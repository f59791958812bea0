// Calling a function between guard pages and holding what it wrote against the oracle.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>
#include <thread>

#include "rules.hpp"
#include "trial.hpp"

namespace normfold::kernel_tests {
namespace {

// Hands task i to thread i % threads: an executor of the plainest kind, with threads of its own for each call.
void spread_over_threads(void* state, std::size_t tasks, void (*task)(void*, std::size_t), void* data) {
  const std::size_t threads = *static_cast<unsigned*>(state);
  std::vector<std::thread> team;
  for (std::size_t t = 0; t < std::min(threads, tasks); ++t)
    team.emplace_back([=] {
      for (std::size_t i = t; i < tasks; i += threads) task(data, i);
    });
  for (std::thread& each : team) each.join();
}

std::string element(const trial& t, const tensor& of, std::size_t place) {
  std::string text = of.name;
  const std::vector<std::size_t> extents = oracle::atom_extents(t.graph, t.extents);
  std::vector<int> sorted = of.atoms;
  std::sort(sorted.begin(), sorted.end());
  std::string index;
  for (std::size_t k = sorted.size(); k-- > 0;) {
    const auto a = static_cast<std::size_t>(sorted[k]);
    index = t.graph.atoms[a].name + "=" + std::to_string(place % extents[a]) + (index.empty() ? "" : ", ") + index;
    place /= extents[a];
  }
  return text + "[" + index + "]";
}

}  // namespace

outcome call(const trial& t, const manner& how) {
  static std::vector<guarded> memory;
  memory.resize(std::max(memory.size(), t.tensors.size() + 1));
  std::vector<void*> buffers;
  for (std::size_t i = 0; i < t.tensors.size(); ++i) {
    const tensor& each = t.tensors[i];
    buffers.push_back(memory[i].place(each.content.size(), how.end));
    if (!each.content.empty()) std::memcpy(buffers[i], each.content.data(), each.content.size());
    if (each.name == how.in_place) buffers[0] = buffers[i];
  }
  unsigned threads = how.threads;
  normfold_context context = normfold_default_context();
  context.stores = how.stores;
  if (threads > 1) {
    context.parallel_for = spread_over_threads;
    context.parallel_state = &threads;
  }
  const std::vector<std::size_t> extents = t.extent_arguments();
  guarded& workspace = memory.back();
  if (t.function.workspace != nullptr) {
    // The alignment lets only whole units end at the page.
    const std::size_t unit = NORMFOLD_WORKSPACE_ALIGNMENT;
    context.workspace_bytes = t.function.workspace(extents.data());
    context.workspace = workspace.place((context.workspace_bytes + unit - 1) / unit * unit, how.end);
    std::memset(context.workspace, 0xa5, context.workspace_bytes);
  }
  outcome result;
  result.status = t.function.call(buffers.data(), extents.data(), &context);
  for (std::size_t i = 0; i < t.tensors.size(); ++i) {
    const tensor& each = t.tensors[i];
    const auto* const first = static_cast<const unsigned char*>(buffers[i]);
    result.after.emplace_back(first, first + each.content.size());
    if (!each.is_written() && buffers[i] != buffers[0] && result.after[i] != each.content)
      result.damage = each.name + " was written, although it is only read";
    if (!memory[i].is_intact()) result.damage = "memory beside " + each.name + " was written";
  }
  if (t.function.workspace != nullptr && !workspace.is_intact())
    result.damage = "memory beside the workspace was written";
  return result;
}

std::map<std::string, oracle::array> expected(const trial& t) {
  oracle::problem p{
      .graph = t.graph, .extents = t.extents, .train = t.is_train(), .storage = oracle::number_of(t.function.type)};
  for (const tensor& each : t.tensors) {
    if (each.atoms.size() == t.graph.atoms.size()) p.order = each.atoms;
    if (!each.is_read()) continue;
    std::vector<long double>& values = p.buffers[each.name];
    values.resize(each.place.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[each.place[i]] = each.at(each.content, i);
  }
  auto result = oracle::evaluate(p);
  // Where statistics are given, kernels compute v * a + b: the layer's own graph says the value, that one the roundings.
  if (std::string(t.function.direction) != "infer" || !t.graph.running) return result;
  const ir::graph computed = gen::as_multiply_add(gen::for_direction(gen::canonical(t.graph), gen::direction::infer));
  const auto rounded = oracle::evaluate(
      {.graph = computed, .extents = p.extents, .storage = p.storage, .order = p.order, .buffers = p.buffers});
  for (auto& [name, wanted] : result) wanted.error = rounded.at(name).error;
  return result;
}

std::string judge(const trial& t, const std::map<std::string, oracle::array>& wanted, const outcome& got) {
  ++counted().comparisons;
  if (got.status != NORMFOLD_OK) return normfold_status_text(got.status);
  if (!got.damage.empty()) return got.damage;
  for (std::size_t k = 0; k < t.tensors.size(); ++k) {
    const tensor& each = t.tensors[k];
    if (!each.is_written()) continue;
    const auto found = wanted.find(each.name);
    if (found == wanted.end()) return "the oracle has no output " + each.name;
    const oracle::array& want = found->second;
    for (std::size_t i = 0; i < each.place.size(); ++i) {
      const std::size_t at = each.place[i];
      const long double v = want.value[at], e = want.error[at], x = each.at(got.after[k], i);
      ++counted().elements;
      if (std::isinf(e)) {
        ++counted().without_bound;
        continue;
      }
      const bool both_nan = std::isnan(v) && std::isnan(x);
      const bool within =
          each.is_count() ? x == v : x >= oracle::round_to(each.type, v - e) && x <= oracle::round_to(each.type, v + e);
      if (both_nan || within) continue;
      std::ostringstream text;
      text.precision(12);
      text << element(t, each, at) << " is " << x << " and should be " << v << ", bound " << e << ", off by "
           << std::fabs(x - v);
      return text.str();
    }
  }
  return "";
}

}  // namespace normfold::kernel_tests
