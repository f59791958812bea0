// Who takes part: copies (the limit), peers, and Normfold. A new peer is a function like plain_contenders() in a file
// of its own, and a line in contenders_for().
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "team.hpp"
#include "workload.hpp"

namespace bench {

enum class kind { copy, peer, normfold };

/// Cold: every call meets buffers that no cache holds. Hot: the same buffers again and again.
enum class regime { hot, cold };
constexpr const char* name_of(regime r) { return r == regime::hot ? "hot" : "cold"; }

struct contender {
  std::string name;
  kind is;
  bool limit = false;  ///< a copy that others are measured against
  std::function<void(const tensors&, team&)> run;
};

/// Copies of the same tensors: what no kernel can beat by much.
std::vector<contender> copy_contenders(const workload& work, regime when);

/// A plain loop for each layer, for the compiler to do its best with.
std::vector<contender> plain_contenders(const workload& work);

/// oneDNN's primitives, where it is installed.
std::vector<contender> onednn_contenders(const workload& work);

/// The generated kernels of layers.cpp, with the choices of stores that matter in the regime.
std::vector<contender> normfold_contenders(const workload& work, regime when);

/// All of them, the limit first.
std::vector<contender> contenders_for(const workload& work, regime when);

}  // namespace bench
