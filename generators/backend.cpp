// The list of backends. To add one: a folder beside highway/, and its line here.
#include "halide/emit.hpp"
#include "highway/emit.hpp"
#include "library.hpp"

namespace normfold::gen {

std::span<const backend> all_backends() {
  static constexpr backend list[] = {{"highway", highway::emit}, {"halide", halide::emit}};
  return list;
}

}  // namespace normfold::gen
