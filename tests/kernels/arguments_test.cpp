// Bad arguments of each kind: every function answers with that kind's status and leaves every tensor as it was. A batch
// without elements is fine, and leaves running statistics as they were.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "shapes.hpp"

namespace normfold::kernel_tests {
namespace {

// A call whose every argument a test may spoil.
struct raw {
  trial t;
  std::vector<bytes> memory{};  // with room behind, for overlaps
  std::vector<void*> buffers{};
  std::vector<std::size_t> extents{};
  std::vector<unsigned char> scratch{};
  normfold_context context = normfold_default_context();

  raw(const normfold_function& f, const ir::graph& g, oracle::sizes sizes) : t(f, g, std::move(sizes)) {
    fill(t);
    extents = t.extent_arguments();
    for (const tensor& each : t.tensors) {
      memory.push_back(each.content);
      memory.back().resize(each.content.size() + 64, 0x3c);
      buffers.push_back(memory.back().data());
    }
    if (f.workspace == nullptr) return;
    context.workspace_bytes = f.workspace(extents.data());
    scratch.resize(context.workspace_bytes + 2 * NORMFOLD_WORKSPACE_ALIGNMENT);
    const std::size_t past = reinterpret_cast<std::uintptr_t>(scratch.data()) % NORMFOLD_WORKSPACE_ALIGNMENT;
    context.workspace = scratch.data() + (past == 0 ? 0 : NORMFOLD_WORKSPACE_ALIGNMENT - past);
  }

  // Empty where the call answers `wanted` and wrote nothing.
  std::string answers(normfold_status wanted, const char* what, bool without_context = false) {
    const std::vector<bytes> before = memory;
    const normfold_status got = t.function.call(buffers.data(), extents.data(), without_context ? nullptr : &context);
    if (got != wanted)
      return std::string(what) + ": \"" + normfold_status_text(got) + "\" instead of \"" +
             normfold_status_text(wanted) + '"';
    return memory == before ? "" : std::string(what) + ": something was written";
  }
  // Empty where the call of no slice wrote zeros into gradients, which are sums over slices, and nothing else.
  std::string answers_with_zeros() {
    std::vector<bytes> wanted = memory;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (t.is_backward() && t.tensors[i].is_written())
        std::fill_n(wanted[i].begin(), t.tensors[i].content.size(), static_cast<unsigned char>(0));
    const normfold_status got = t.function.call(buffers.data(), extents.data(), nullptr);
    if (got != NORMFOLD_OK) return std::string("no slice: ") + normfold_status_text(got);
    return memory == wanted ? "" : "no slice: not zeros, or something else was written";
  }
  std::size_t& extent(const std::string& name) {
    for (std::size_t i = 0; i < extents.size(); ++i)
      if (t.function.extent_names[i] == name) return extents[i];
    throw std::invalid_argument("no extent " + name);
  }
  bool has_extent(const std::string& name) const { return t.extents.contains(name); }
};

// `spoil(raw&)` returns a sentence where the answer is wrong.
template <class Spoil>
void for_every_function(const Spoil& spoil) {
  const library& lib = tested();
  for (std::size_t i = 0; i < lib.count; ++i) {
    const ir::graph& g = lib.graph(lib.functions[i]);
    raw r(lib.functions[i], g, shape(g, 5, 2));
    const std::string wrong = spoil(r);
    CHECK_MESSAGE(wrong.empty(), std::string(lib.functions[i].name) << ": " << wrong);
  }
}

// The first of several sentences that is not empty.
std::string first_of(std::initializer_list<std::string> sentences) {
  for (const std::string& each : sentences)
    if (!each.empty()) return each;
  return "";
}

TEST_CASE("a null pointer") {
  for_every_function([](raw& r) -> std::string {
    for (void*& buffer : r.buffers) {
      void* const good = buffer;
      buffer = nullptr;
      const std::string wrong = r.answers(NORMFOLD_NULL_POINTER, "null");
      if (!wrong.empty()) return wrong;
      buffer = good;
    }
    return "";
  });
}

TEST_CASE("an axis that its groups do not divide, and no group at all") {
  for_every_function([](raw& r) -> std::string {
    for (const ir::atom& atom : r.t.graph.atoms) {
      if (atom.which != ir::part::group) continue;
      const std::string axis = r.t.graph.axes[static_cast<std::size_t>(atom.axis)].name;
      if (!r.has_extent(axis)) continue;
      r.extent(axis) += 1;
      std::string wrong = r.answers(NORMFOLD_NOT_DIVISIBLE, "one element too many");
      r.extent(axis) -= 1;
      if (wrong.empty() && atom.extent == 0) {
        const std::size_t groups = r.extent(atom.name);
        r.extent(atom.name) = 0;
        wrong = r.answers(NORMFOLD_NOT_DIVISIBLE, "no group");
        r.extent(atom.name) = groups;
      }
      if (!wrong.empty()) return wrong;
    }
    return "";
  });
}

TEST_CASE("more elements than any object holds") {
  for_every_function([](raw& r) -> std::string {
    for (const ir::axis& axis : r.t.graph.axes) {
      if (!r.has_extent(axis.name)) continue;
      std::size_t& extent = r.extent(axis.name);
      const std::size_t good = extent;
      for (const std::size_t huge : {SIZE_MAX, SIZE_MAX / 4 + 1}) {  // the second one's bytes wrap to a small number
        extent = huge / 12 * 12;
        const std::string wrong = r.answers(NORMFOLD_TOO_LARGE, axis.name.c_str());
        if (!wrong.empty()) return wrong;
      }
      extent = good;
    }
    return "";
  });
}

TEST_CASE("tensors that overlap") {
  for_every_function([](raw& r) -> std::string {
    const std::vector<void*> good = r.buffers;
    const tensor& y = r.t.tensors[0];
    for (std::size_t i = 1; i < r.buffers.size(); ++i) {
      const tensor& other = r.t.tensors[i];
      const std::size_t step = other.is_count() ? sizeof(std::size_t) : oracle::bytes_of(other.type);
      const bool may_be_y = other.kind == NORMFOLD_ARGUMENT_INPUT && other.atoms == y.atoms && other.type == y.type;
      if (!may_be_y) {
        if (other.content.size() > y.content.size()) continue;
        r.buffers[i] = good[0];
        const std::string wrong = r.answers(NORMFOLD_OVERLAP, ("y is " + other.name).c_str());
        if (!wrong.empty()) return wrong;
      }
      // The last element of y's memory is this tensor's first.
      r.buffers[i] = static_cast<char*>(good[0]) + (y.content.size() - step) / 8 * 8;
      const std::string wrong = r.answers(NORMFOLD_OVERLAP, (other.name + " begins within y").c_str());
      if (!wrong.empty()) return wrong;
      r.buffers[i] = good[i];
    }
    return "";
  });
}

TEST_CASE("a workspace that is missing, too small or not aligned") {
  for_every_function([](raw& r) -> std::string {
    if (r.t.function.workspace == nullptr || r.context.workspace_bytes == 0) return "";
    const normfold_context good = r.context;
    const auto spoiled = [&](auto spoil, const char* what) {
      spoil(r.context);
      const std::string wrong = r.answers(NORMFOLD_WORKSPACE, what);
      r.context = good;
      return wrong;
    };
    return first_of(
        {r.answers(NORMFOLD_WORKSPACE, "no context", true),
         spoiled([](normfold_context& c) { c.workspace = nullptr; }, "missing"),
         spoiled([](normfold_context& c) { c.workspace_bytes -= 1; }, "too small"),
         spoiled([](normfold_context& c) { c.workspace = static_cast<char*>(c.workspace) + 1; }, "not aligned")});
  });
}

TEST_CASE("a context of another size or with an unknown choice of stores") {
  for_every_function([](raw& r) -> std::string {
    const normfold_context good = r.context;
    r.context.struct_size = 0;
    const std::string size = r.answers(NORMFOLD_BAD_CONTEXT, "struct_size 0");
    r.context = good;
    const int unknown = 3;
    std::memcpy(&r.context.stores, &unknown, sizeof unknown);
    return first_of({size, r.answers(NORMFOLD_BAD_CONTEXT, "stores 3")});
  });
}

TEST_CASE("an axis without elements: nothing to do, or a reduction of nothing") {
  const library& lib = tested();
  for (std::size_t i = 0; i < lib.count; ++i) {
    const ir::graph& g = lib.graph(lib.functions[i]);
    for (std::size_t a = 0; a < g.atoms.size(); ++a) {
      const ir::axis& axis = g.axes[static_cast<std::size_t>(g.atoms[a].axis)];
      if (axis.extent != 0 || g.atoms[a].which == ir::part::group) continue;
      oracle::sizes sizes = shape(g, 5, 2);
      sizes[axis.name] = 0;
      raw r(lib.functions[i], g, sizes);
      const bool reduced = (reduced_atoms(lib.layer(lib.functions[i]), lib.functions[i]) >> a & 1) != 0;
      const std::string wrong = reduced ? r.answers(NORMFOLD_EMPTY_AXIS, "no element") : r.answers_with_zeros();
      CHECK_MESSAGE(wrong.empty(), to_text(r.t) << ": " << wrong);
    }
  }
}

TEST_CASE("running statistics of one element") {
  const library& lib = tested();
  for (std::size_t i = 0; i < lib.count; ++i) {
    const ir::graph& g = lib.graph(lib.functions[i]);
    raw r(lib.functions[i], g, shape(g, 1, 1));
    for (auto& [name, extent] : r.t.extents) extent = 1;
    raw one(lib.functions[i], g, r.t.extents);
    if (!has_one_element(one.t)) continue;
    const std::string wrong = one.answers(NORMFOLD_ONE_ELEMENT, "one element");
    CHECK_MESSAGE(wrong.empty(), std::string(lib.functions[i].name) << ": " << wrong);
  }
}

}  // namespace
}  // namespace normfold::kernel_tests
