// The schedule for targets with a GPU (opencl, cuda): a slice to a block of threads, or a launch for each sweep.
#include "gpu.hpp"

#include "algorithm.hpp"

namespace normfold::gen::halide {
namespace {

constexpr std::string_view helpers = R"(
// On a GPU: an element to a thread, kThreads of them to a block. `serial` runs in the thread. One index counts the blocks,
// since the others may not exceed 65535.
const Var gpu_block("gpu_block"), gpu_row("gpu_row"), gpu_thread("gpu_thread"), gpu_thread_row("gpu_thread_row");

Var fused(Stage s, std::vector<Var> loops, Var into) {
  for (size_t i = 1; i < loops.size(); ++i) s.fuse(i == 1 ? loops[0] : into, loops[i], into);
  return loops.size() == 1 ? loops[0] : into;
}

void on_threads(Stage s, std::vector<Var> loops, const std::vector<RVar>& serial = {}) {
  if (loops.empty()) {
    s.gpu_single_thread();
    return;
  }
  std::vector<VarOrRVar> order(serial.begin(), serial.end());
  order.insert(order.end(), loops.begin(), loops.end());
  if (order.size() > 1) s.reorder(order);
  const Var inner = loops[0];
  loops.erase(loops.begin());
  if (loops.empty()) {
    s.split(inner, gpu_block, gpu_thread, kThreads, TailStrategy::GuardWithIf).gpu_blocks(gpu_block).gpu_threads(gpu_thread);
    return;
  }
  const Var outer = fused(s, loops, gpu_row);
  s.tile(inner, outer, gpu_block, gpu_row, gpu_thread, gpu_thread_row, 32, kThreads / 32, TailStrategy::GuardWithIf);
  s.fuse(gpu_block, gpu_row, gpu_block).gpu_blocks(gpu_block).gpu_threads(gpu_thread, gpu_thread_row);
}
void on_threads(Func f) { on_threads(f, f.args()); }

// All lanes of a row's sums at once.
void lanes_on_threads(Func lanes, Var lane) {
  lanes.gpu_threads(lane);
  if (!lanes.has_update_definition()) return;
  std::vector<VarOrRVar> order;
  for (const RVar& r : lanes.rvars(0)) order.push_back(r);
  order.push_back(lane);
  lanes.update(0).reorder(order).gpu_threads(lane);
}

// A slice is a block: its statistics lie in the block's memory, and its elements go to the block's threads. Details of
// statistics are computed where they are needed.
void gpu_beside(const Steps& steps, Func output, const std::vector<Var>& over, const std::vector<Var>& kept, Var lane) {
  const Var element = fused(output, over, gpu_row), slice = fused(output, kept, gpu_block);
  output.split(element, gpu_row, gpu_thread, kThreads, TailStrategy::GuardWithIf);
  output.reorder(gpu_row, gpu_thread, slice).gpu_blocks(slice).gpu_threads(gpu_thread);
  const auto of_slice = [&](Func f) {
    f.compute_at(output, slice);
    for (const Var& k : kept) f.bound_extent(k, 1);
    return f;
  };
  for (const RowFold& f : steps.rows) {
    lanes_on_threads(of_slice(f.lanes), lane);
    lanes_on_threads(of_slice(f.vectors), lane);
    of_slice(f.totals);
  }
  for (const Func& f : steps.values) of_slice(f);
}

// Every sweep is a launch, or a few.
void gpu_before_all(const Steps& steps, const std::vector<Func>& outputs, Var lane) {
  for (RowFold f : steps.rows) {
    f.totals.compute_root();
    if (f.totals.args().empty()) {
      for (Func sums : {f.lanes, f.vectors}) {
        sums.compute_root();
        on_threads(sums);
        if (sums.has_update_definition()) on_threads(sums.update(0), {lane}, sums.rvars(0));
      }
      on_threads(f.totals);
      continue;
    }
    const Var slice = fused(f.totals, f.totals.args(), gpu_block);
    f.totals.gpu_blocks(slice);
    lanes_on_threads(f.lanes.compute_at(f.totals, slice), lane);
    lanes_on_threads(f.vectors.compute_at(f.totals, slice), lane);
  }
  for (ColumnFold f : steps.columns) {
    const std::vector<Var> columns = f.sums.args(), all = f.partial.args();
    on_threads(f.partial.compute_root());
    if (f.partial.has_update_definition()) {
      on_threads(f.partial.update(0), all, f.partial.rvars(0));
      std::vector<Var> last = all;
      last.erase(last.begin() + static_cast<std::ptrdiff_t>(columns.size()));  // the last chunk alone
      on_threads(f.partial.update(1), last, f.partial.rvars(1));
    }
    on_threads(f.sums.compute_root());
    on_threads(f.sums.update(0), columns, f.sums.rvars(0));
    on_threads(f.totals.compute_root());
  }
  for (Func f : steps.values) on_threads(f.compute_root());
  for (Func f : outputs) on_threads(f);
}
)";

}  // namespace

void print_gpu_helpers(writer& out) { out.line(helpers.substr(0, helpers.size() - 1)); }

// What is computed together with others (compute_with) would put barriers under conditions: launches of their own.
void algorithm::print_gpu_schedule() {
  std::string outputs;
  for (const output_group& g : outputs_) outputs += (outputs.empty() ? "{" : ", ") + g.id;
  outputs += "}";
  out_->open("if (on_gpu) {");
  if (resident_ && outputs_.size() == 1) {
    out_->code("gpu_beside(steps, " + outputs_[0].id + ", {" + arguments(inside_) + "}, {" +
               arguments(p_.all_loops() & ~inside_) + "}, lane);");
  } else {
    for (const auto& [some, kind] :
         {std::pair{has_rows(), ".rows"}, std::pair{has_rows(), ".values"}, std::pair{together_, ".columns"}}) {
      const std::string all = std::string("steps") + kind, also = std::string("of_row") + kind;
      if (some) out_->line(all + ".insert(" + all + ".end(), " + also + ".begin(), " + also + ".end());");
    }
    out_->code("gpu_before_all(" + std::string(has_steps() ? "steps" : "{}") + ", " + outputs + ", lane);");
  }
  out_->line("return;");
  out_->close();
}

}  // namespace normfold::gen::halide
