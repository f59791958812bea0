// Sweeps that reduce. Both kinds cut a sum in the same way on every target.
#include "folds.hpp"

#include <bit>

#include "../ops.hpp"
#include "column.hpp"

namespace normfold::gen::halide {
namespace {

std::string joined(const std::string& a, const std::string& b) { return a.empty() || b.empty() ? a + b : a + ", " + b; }
constexpr const char* axis[] = {"x", "y", "z", "w"};

}  // namespace

fold_printer::fold_printer(algorithm& a, const pass& q)
    : a_(a), q_(q), p_(a.p_), kept_(q.loops & ~q.over), reduced_(a.inner_first(q.over)) {
  is_row_ = kept_ < q.over;  // the innermost loop is reduced
}

// A pivot that is repaired where it lies far off is taken of the first block alone.
void fold_printer::print_extents() {
  for (std::size_t r = 0; r < reduced_.size(); ++r) {
    std::string n = a_.extent(reduced_[r], q_.first);
    if (q_.pivots && a_.is_repaired(q_)) {
      const std::string some = a_.fresh("some_" + n.substr(n.find('_') + 1));
      const std::string block = r > 0 ? "Expr(1)" : "min(" + n + ", kBlock)";
      a_.out_->code("const Expr " + some + " = wanted.defined() ? " + n + " : " + block + ";");
      n = some;
    }
    extents_.push_back(n);
  }
}

void fold_printer::print() {
  for (int n : q_.nodes)
    a_.out_->comment(a_.wish(n) + " = " + (q_.pivots ? "mean(" + a_.describe(p_.at(n).args[0]) + ")" : a_.describe(n)));
  print_extents();
  if (q_.pivots) print_firsts();
  if (is_row_)
    print_row_fold();
  else
    print_column_fold();
}

// Whether this goes over the columns of a group.
bool fold_printer::crosses_columns() const {
  return a_.is_columns() && (q_.over & a_.joined()) != 0 && (q_.over & a_.joined()) != a_.joined();
}

std::string fold_printer::list(const std::vector<std::string>& values) const {
  if (values.size() == 1) return values[0];
  std::string out = "{";
  for (const std::string& v : values) out += (out.size() > 1 ? ", " : "") + v;
  return out + "}";
}

std::string fold_printer::starts() const {
  std::vector<std::string> values;
  for (int n : q_.nodes) values.push_back("number(" + std::string(find_fold(p_.at(n).op)->start) + ")");
  return list(values);
}

std::string fold_printer::component(const std::string& call, std::size_t i) const {
  return q_.nodes.size() == 1 ? call : call + "[" + std::to_string(i) + "]";
}

std::string fold_printer::count() const {
  std::string out = extents_[0];
  for (std::size_t r = 1; r < extents_.size(); ++r) out += (r == 1 ? ") * " : " * ") + extents_[r];
  return extents_.size() > 1 ? "real(cast<int64_t>(" + out + ")" : "real(" + out + ")";
}

std::string fold_printer::divided(std::size_t i, const std::string& sum) const {
  const ir::node& n = p_.at(q_.nodes[i]);
  if (n.op == "pivot") return firsts_[i] + "(" + a_.arguments(kept_) + ") + " + sum + " / " + count();
  return n.op == "mean" ? sum + " / " + count() : sum;
}

// A pivot is a mean about the first element, so that constants have exactly themselves for a mean.
void fold_printer::print_firsts() {
  for (int n : q_.nodes) {
    const std::string name = a_.fresh("first");
    a_.out_->line("Func " + name + "(\"" + name + "\");");
    a_.out_->open("{");
    std::string zeros;
    for (int l : reduced_) zeros += (zeros.empty() ? "const Expr " : ", ") + a_.loop_id(l) + " = 0";
    a_.out_->line(zeros + ";");
    if (crosses_columns()) a_.out_->line(a_.column_of_group());
    a_.out_->code(name + "(" + a_.arguments(kept_) + ") = " + a_.text(p_.at(n).args[0]) + ";");
    a_.out_->close();
    a_.out_->line(a_.value_step(name));
    a_.allocate(1, kept_);
    firsts_.push_back(name);
  }
}

// const auto step = [&](Expr c, Expr lane) { lanes(lane, nt) = ...; };
void fold_printer::print_step(const std::string& to, const std::string& arguments, const std::string& parameters) {
  a_.out_->open("const auto step = [&](" + parameters + ") {");
  const auto values = a_.values_;
  const unique_names names = a_.names_;
  std::vector<int> operands;
  for (int n : q_.nodes) operands.push_back(p_.at(n).args[0]);
  if (crosses_columns()) a_.out_->line(a_.column_of_group());
  if (!crosses_columns() && a_.reads_groups(operands)) a_.out_->line(a_.group_of_column());
  a_.print_locals(operands);
  std::vector<std::string> steps;
  for (std::size_t i = 0; i < q_.nodes.size(); ++i) {
    const int operand = p_.at(q_.nodes[i]).args[0];
    const std::string step(find_fold(p_.at(q_.nodes[i]).op)->step);
    const bool sum = step.find('+') != std::string::npos;
    std::string element = a_.text(operand, sum ? 1 : 0, sum);
    if (q_.pivots) element = "(" + element + " - " + firsts_[i] + "(" + a_.arguments(kept_) + "))";
    steps.push_back(fill_slot(fill_slot(step, "s", component(to + "(" + arguments + ")", i)), "0", element));
  }
  a_.out_->code(to + "(" + arguments + ") = " + list(steps) + ";");
  a_.values_ = values;
  a_.names_ = names;
  a_.out_->close("};");
}

// "wanted(nt)": whether the statistics of a slice are asked for, where that is in question.
std::string fold_printer::wanted_here() const {
  return a_.wanted_ + "(" + a_.arguments(p_.at(p_.extremes.scale).varies) + ")";
}

// if (wanted.defined()) blocks.where(wanted(nt));
void fold_printer::print_where() {
  if (a_.wanted_.empty()) return;
  a_.out_->line((a_.wanted_ == "wanted" ? "if (wanted.defined()) blocks.where(" : "blocks.where(") + wanted_here() + ");");
}

// Rows up to a number: of that Halide makes the loop's bound. Where nothing is asked for it is 0.
void fold_printer::print_row_limit(const std::string& n) {
  std::string limit = n + " / kRows";
  if (!a_.wanted_.empty()) {
    const ir::atom_set slices = p_.at(p_.extremes.scale).varies & a_.joined();
    if (a_.is_columns() && (kept_ & a_.joined()) == a_.joined() && slices != 0 && slices != a_.joined()) a_.out_->line(a_.group_of_column());
    const std::string asked = "select(" + wanted_here() + ", " + n + " / kRows, 0)";
    limit = "limit";
    a_.out_->code("const Expr limit = " + (a_.wanted_ == "wanted" ? "wanted.defined() ? " + asked + " : " + n + " / kRows" : asked) + ";");
  }
  a_.out_->line("rows.where(chunk * (kChunk / kRows) + rows.y < " + limit + ");");
}

// Gives each reduction its Func; several come from one Tuple.
void fold_printer::print_results(const std::string& sums, const std::vector<std::string>& values) {
  const std::string at = "(" + a_.arguments(kept_) + ")";
  std::vector<std::string> names;
  for (int n : q_.nodes) names.push_back(a_.fresh(a_.wish(n)));
  totals_ = q_.nodes.size() == 1 ? names[0] : sums;
  a_.out_->line("Func " + totals_ + "(\"" + totals_ + "\");");
  a_.out_->code(totals_ + at + " = " + list(values) + ";");
  if (q_.nodes.size() > 1) {
    std::string declared;
    for (const std::string& n : names) declared += (declared.empty() ? "Func " : ", ") + n + "(\"" + n + "\")";
    a_.out_->line(declared + ";");
    for (std::size_t i = 0; i < names.size(); ++i)
      a_.out_->line(names[i] + at + " = " + totals_ + at + "[" + std::to_string(i) + "];");
  }
  for (std::size_t i = 0; i < names.size(); ++i) a_.functions_[q_.nodes[i]] = names[i];
}

void fold_printer::print_row_fold() {
  writer& out = *a_.out_;
  const std::string lanes = a_.fresh("lanes");
  const std::string at = joined("lane", a_.arguments(kept_));
  out.line("Func " + lanes + "(\"" + lanes + "\");");
  out.open("{");
  out.code(lanes + "(" + at + ") = " + starts() + ";");
  const std::string& inner = a_.loop_id(reduced_[0]);
  const std::string& n = extents_[0];
  std::string parameters = "Expr " + inner, others, outer, outer_rest;
  for (std::size_t r = 1; r < reduced_.size(); ++r) {
    parameters += ", Expr " + a_.loop_id(reduced_[r]);
    others += ", 0, " + extents_[r];
    outer += std::string(", blocks.") + axis[r];
    outer_rest += std::string(", rest.") + axis[r];
  }
  print_step(lanes, at, parameters + ", Expr lane");
  out.code("RDom blocks(0, (on_gpu ? " + n + " + width - 1 : " + n + ") / width" + others + "), rest(0, " + n +
           " % width" + others + ");");
  print_where();
  out.line("if (on_gpu) blocks.where(blocks.x * width + lane < " + n + ");");
  out.line("step(blocks.x * width + lane" + outer + ", lane);");
  out.line("if (!on_gpu) step(" + n + " / width * width + rest.x" + outer_rest + ", rest.x);");
  out.close();
  const std::string eighths = a_.fresh("eighths");
  std::vector<std::string> quarters, values;
  for (std::size_t i = 0; i < q_.nodes.size(); ++i) {
    const std::string merge(find_fold(p_.at(q_.nodes[i]).op)->merge);
    const auto lane_of = [&](const std::string& f, const std::string& number) {
      return component(f + "(" + joined(number, a_.arguments(kept_)) + ")", i);
    };
    quarters.push_back("merged_to_8(" + merge + ", [&](Expr i) { return " + lane_of(lanes, "i") + "; }, lane, width)");
    values.push_back(divided(i, "merged(" + merge + ", [&](int i) { return " + lane_of(eighths, "i") + "; })"));
  }
  out.line("Func " + eighths + "(\"" + eighths + "\");");
  out.code(eighths + "(" + at + ") = " + list(quarters) + ";");
  print_results(a_.fresh("sums"), values);
  const bool of_row = a_.is_of_row(q_);
  out.line(std::string(of_row ? "of_row" : "steps") + ".rows.push_back({" + lanes + ", " + eighths + ", " + totals_ + "});");
  if (of_row) return;
  a_.allocate(q_.nodes.size(), kept_);
}

void fold_printer::print_column_fold() {
  writer& out = *a_.out_;
  const std::string partial = a_.fresh("partial");
  const std::string& row = a_.loop_id(reduced_[0]);
  const std::string& n = extents_[0];
  std::string others, other_extents, other_chunks;
  for (std::size_t r = 1; r < reduced_.size(); ++r) {
    others += ", " + a_.loop_id(reduced_[r]);
    other_extents += ", 0, " + extents_[r];
    other_chunks += std::string(", chunks.") + axis[r];
  }
  const std::string columns = a_.arguments(kept_);
  const std::string at = columns + ", chunk" + others;
  out.line("Func " + partial + "(\"" + partial + "\");");
  out.open("{");
  out.code(partial + "(" + at + ") = " + starts() + ";");
  print_step(partial, at, "Expr " + row + ", Expr chunk");
  out.line("RDom rows(0, kRows, 0, kChunk / kRows), rest(0, " + n + " % kRows);");
  print_row_limit(n);
  out.line("step(row_of(chunk, rows, " + n + "), chunk);");
  out.line("step(" + n + " / kRows * kRows + rest.x, " + n + " / kChunk);");
  out.close();
  const std::string sums = a_.fresh("sums");
  out.line("Func " + sums + "(\"" + sums + "\");");
  out.line("RDom " + sums + "_of(0, (" + n + " + kChunk - 1) / kChunk" + other_extents + ");");
  out.code(sums + "(" + columns + ") = " + starts() + ";");
  std::vector<std::string> steps, values;
  const std::string from = partial + "(" + columns + ", " + sums + "_of.x" + [&] {
    std::string text;
    for (std::size_t r = 1; r < reduced_.size(); ++r) text += ", " + sums + "_of." + axis[r];
    return text;
  }() + ")";
  for (std::size_t i = 0; i < q_.nodes.size(); ++i) {
    const std::string merge(find_fold(p_.at(q_.nodes[i]).op)->merge);
    steps.push_back(merge + "(" + component(sums + "(" + columns + ")", i) + ", " + component(from, i) + ")");
    values.push_back(divided(i, component(sums + "(" + columns + ")", i)));
  }
  out.code(sums + "(" + columns + ") = " + list(steps) + ";");
  print_results(a_.fresh("totals"), values);
  out.line("steps.columns.push_back({" + partial + ", " + sums + ", " + totals_ + "});");
  const int chunked = static_cast<int>(std::bit_width(q_.over)) - 1;
  a_.allocate(q_.nodes.size(), (kept_ | q_.over) & ~(ir::atom_set{1} << chunked),
              "((" + a_.extent(chunked) + " + 255) / 256 + 1)");
  a_.allocate(2 * q_.nodes.size(), kept_);
}

}  // namespace normfold::gen::halide
