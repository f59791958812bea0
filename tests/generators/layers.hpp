// What the tests of the generators share: layers as canonical graphs, and libraries of them.
#pragma once

#include <normfold/dsl.hpp>
#include <normfold/dsl/layers.hpp>
#include <string>

#include "library.hpp"
#include "lower.hpp"
#include "rules.hpp"

namespace normfold::generators_tests {

template <class Layer>
ir::graph canonical_graph(const Layer& layer) {
  return gen::canonical(lower(layer));
}

inline std::vector<ir::graph> ready_made_graphs() {
  std::vector<ir::graph> graphs;
  layers::for_each_ready_made([&](const auto& layer) { graphs.push_back(lower(layer)); });
  return graphs;
}

/// The only function of a library that has one layer and the other defaults of a request.
template <class Layer>
gen::signature function_of(const Layer& layer, gen::request asked = {}) {
  return gen::make_library(asked, {lower(layer)}).functions.at(0);
}

template <class Layer>
std::string header_of(const Layer& layer, const gen::request& asked = {}) {
  return gen::header_text(gen::make_library(asked, {lower(layer)}));
}

}  // namespace normfold::generators_tests
