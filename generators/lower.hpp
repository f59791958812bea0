// From a layer to its graph, exactly as written: the one header of the generators that meets the DSL. The template gives the
// layer's flat form, and plain code in lower.cpp goes on.
#pragma once

#include "ir.hpp"
#include "normfold/dsl/describe.hpp"

namespace normfold {
namespace detail {

/// The graph of a layer that is complete and right.
ir::graph lower_flat(const flat_layer& layer);

}  // namespace detail

/// The graph of a layer, with nothing simplified. Here the layer is complete, and is checked as a whole.
template <class... Steps>
ir::graph lower(const layer_<Steps...>& layer) {
  constexpr detail::mistake found = detail::mistake_in_whole<Steps...>;
  if constexpr (found != detail::mistake::none) {
    detail::complain<found, layer_<Steps...>>();
    return {};
  } else {
    return detail::with_flat(layer, detail::lower_flat);
  }
}

/// After a mistake there is nothing to lower, and the mistake has been told.
inline ir::graph lower(const invalid&) { return {}; }
template <class Any>
ir::graph lower(const Any&) {
  detail::complain<detail::mistake::not_a_layer, Any>();
  return {};
}

}  // namespace normfold
