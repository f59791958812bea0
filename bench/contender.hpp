// Who takes part: copies (the limit), plain loops, peers, and Normfold. A new peer is a function like
// plain_contenders() in a file of its own, and a line in contenders_for().
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "team.hpp"
#include "workload.hpp"

namespace bench {

/// A peer is a library. The plain loop is none: it is shown beside them.
enum class kind { copy, loop, peer, normfold };

/// Cold: every call meets buffers that no cache holds. Hot: the same buffers again and again.
enum class regime { hot, cold };
constexpr const char* name_of(regime r) { return r == regime::hot ? "hot" : "cold"; }

struct contender {
  std::string name;
  kind is;
  bool limit = false;  ///< a copy that others are measured against
  std::function<void(const tensors&, team&)> run;
  std::function<void(const tensors&)> finish{};   ///< after a run that is checked: brings outputs to where they belong
  std::function<void(const tensors&)> prepare{};  ///< before anything is timed: whatever a library binds to a slot
  bool own_threads =
      false;            ///< a library whose threads spin for a while after a call: the next contender waits for them
  bool checked = true;  ///< false: a limit of time alone, which leaves no result and competes with nobody
};

/// Copies of the same tensors: what no kernel can beat by much.
std::vector<contender> copy_contenders(const workload& work, regime when);

/// A plain loop for each layer, for the compiler to do its best with.
std::vector<contender> plain_contenders(const workload& work);

/// oneDNN's primitives, PyTorch's functions, ONNX Runtime's operators: where they are found.
std::vector<contender> onednn_contenders(const workload& work, int threads);
std::vector<contender> torch_contenders(const workload& work);
std::vector<contender> python_contenders(const workload& work, const tensors& parameters, int threads);

/// The generated kernels of layers/, with the choices of stores that matter in the regime; hot also the kernel without
/// the traffic of its stores, as in one_page.hpp. `keeps`: with ordinary stores in any regime, both backends.
std::vector<contender> normfold_contenders(const workload& work, regime when, int threads, bool keeps);

/// All of them, the limit first. Parameters stay at their addresses.
std::vector<contender> contenders_for(const workload& work, regime when, const tensors& parameters, int threads,
                                      bool keeps);
constexpr std::size_t most_contenders = 16;

}  // namespace bench
