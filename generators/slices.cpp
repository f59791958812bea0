// Which sweeps of a phased plan go slice by slice: what lies between the first read of a full tensor and the output that is
// computed from it. A property of the nest: every reduction on that way must leave the slices' loops alone.
#include <algorithm>

#include "ops.hpp"
#include "plan.hpp"

namespace normfold::gen {

using ir::has;

namespace {

class slicer {
 public:
  explicit slicer(plan& p) : p_(p), all_(p.all_loops()) {
    for (std::size_t i = 0; i < p.passes.size(); ++i) needs_.push_back(passes_needed(p.passes[i], i));
  }

  void run() {
    const auto out =
        std::find_if(p_.passes.begin(), p_.passes.end(), [&](const pass& q) { return !q.reduces && q.loops == all_; });
    if (out == p_.passes.end() || p_.extremes.scale >= 0) return;
    last_ = static_cast<std::size_t>(out - p_.passes.begin());
    ir::atom_set over = 0;
    bool reads = false, columns = false;
    for (std::size_t i : needs_[last_]) {
      const pass& q = p_.passes[i];
      over |= q.over;
      reads = reads || (q.reduces && q.loops == all_);
      columns = columns || (q.reduces && q.loops == all_ && !has(q.over, innermost()));
    }
    ir::atom_set slices = all_ & ~over;
    if (columns) slices &= (over & ~(over - 1)) - 1;  // whole runs of memory: the loops outside of all that are reduced
    if (slices == 0 || !reads) return;
    for (std::size_t i : needs_[last_]) (((p_.passes[i].loops & slices) == slices) ? inside_ : before_).push_back(i);
    inside_.push_back(last_);
    p_.slices.loops = slices;
    take_across();
    if (!read_before_stored()) {
      p_.slices = {};
      return;
    }
    reorder();
  }

 private:
  int innermost() const { return static_cast<int>(p_.loops.size()) - 1; }

  // All passes whose results pass number `self` needs, and those that these need.
  std::vector<std::size_t> passes_needed(const pass& q, std::size_t self) const {
    std::vector<char> seen(p_.g.nodes.size(), 0);
    std::vector<std::size_t> found;
    const auto visit = [&](const auto& again, int node) -> void {
      if (seen[static_cast<std::size_t>(node)] != 0) return;
      seen[static_cast<std::size_t>(node)] = 1;
      for (std::size_t i = 0; i < self; ++i)
        if (std::find(p_.passes[i].nodes.begin(), p_.passes[i].nodes.end(), node) != p_.passes[i].nodes.end() &&
            std::find(found.begin(), found.end(), i) == found.end())
          found.push_back(i);
      for (int a : p_.at(node).args) again(again, a);
    };
    for (int n : q.nodes) visit(visit, n);
    std::sort(found.begin(), found.end());
    return found;
  }

  // Sums over the innermost of the slices' loops, where a slice is one run of memory: its elements are at hand when the
  // last pass stores.
  void take_across() {
    const ir::atom_set run = ir::atom_set{1} << innermost();
    if ((all_ & ~p_.slices.loops) != run) return;
    for (std::size_t i = 0; i < p_.passes.size(); ++i) {
      const pass& q = p_.passes[i];
      if (!q.reduces || q.pivots || q.first || !q.repairs.empty() || q.loops != all_ || has(q.over, innermost()))
        continue;
      if ((q.over << 1 & ~q.over) != run) continue;  // the loops next to the run, without a gap
      if (!std::all_of(needs_[i].begin(), needs_[i].end(),
                       [&](std::size_t need) { return holds(inside_, need) || holds(before_, need); }))
        continue;
      p_.slices.across = q;
      across_ = i;
      return;
    }
  }

  static bool holds(const std::vector<std::size_t>& set, std::size_t i) {
    return std::find(set.begin(), set.end(), i) != set.end();
  }

  // What else reads full tensors goes before the slices: an output may lie where an operand is. False where that
  // cannot be.
  bool read_before_stored() {
    for (std::size_t i = 0; i < p_.passes.size(); ++i)
      if (p_.passes[i].reduces && p_.passes[i].loops == all_ && !holds(inside_, i) && !holds(before_, i) &&
          i != across_) {
        before_.insert(before_.end(), needs_[i].begin(), needs_[i].end());
        before_.push_back(i);
      }
    std::sort(before_.begin(), before_.end());
    before_.erase(std::unique(before_.begin(), before_.end()), before_.end());
    return std::none_of(before_.begin(), before_.end(), [&](std::size_t i) {
      return holds(inside_, i) ||
             std::any_of(needs_[i].begin(), needs_[i].end(), [&](std::size_t need) { return holds(inside_, need); });
    });
  }

  void reorder() {
    std::vector<pass> order;
    for (std::size_t i : before_) order.push_back(p_.passes[i]);
    p_.slices.begin = order.size();
    for (std::size_t i : inside_) order.push_back(p_.passes[i]);
    p_.slices.end = order.size();
    for (std::size_t i = 0; i < p_.passes.size(); ++i)
      if (!holds(before_, i) && !holds(inside_, i) && i != across_) order.push_back(p_.passes[i]);
    p_.passes = std::move(order);
    p_.first_output = p_.slices.end - 1;
  }

  plan& p_;
  ir::atom_set all_;
  std::vector<std::vector<std::size_t>> needs_;
  std::size_t last_ = 0;
  std::size_t across_ = static_cast<std::size_t>(-1);
  std::vector<std::size_t> before_, inside_;
};

}  // namespace

void slice(plan& p) { slicer(p).run(); }

}  // namespace normfold::gen
