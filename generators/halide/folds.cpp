// Sweeps that reduce. Both kinds cut a sum in the same way on every target.
#include "folds.hpp"

#include <bit>

#include "../ops.hpp"
#include "column.hpp"

namespace normfold::gen::halide {
namespace {

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
  if (is_row_) print_row_fold();
  else if (a_.together_ && &q_ == &p_.slices.across) print_together_fold();
  else print_column_fold();
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

// "{{plus, number(0)}, {larger, number(-infinity)}}"
std::string fold_printer::folds() const {
  std::string out;
  for (int n : q_.nodes) {
    const fold_text& fold = *find_fold(p_.at(n).op);
    out += (out.empty() ? "{{" : ", {") + std::string(fold.merge) + ", number(" + std::string(fold.start) + ")}";
  }
  return out + "}";
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

// What goes to each fold. What is used several times gets a name first.
std::vector<std::string> fold_printer::print_terms() {
  std::vector<int> operands;
  for (int n : q_.nodes) operands.push_back(p_.at(n).args[0]);
  if (crosses_columns()) a_.out_->line(a_.column_of_group());
  if (!crosses_columns() && a_.reads_groups(operands)) a_.out_->line(a_.group_of_column());
  a_.print_locals(operands);
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < q_.nodes.size(); ++i) {
    const fold_text& fold = *find_fold(p_.at(q_.nodes[i]).op);
    std::string term = a_.text(operands[i], q_.pivots ? 1 : 0);
    if (q_.pivots) term += " - " + firsts_[i] + "(" + a_.arguments(kept_) + ")";
    terms.push_back(fill_slot(std::string(fold.term), "0", term));
  }
  return terms;
}

// Opens a call whose last argument is a lambda.
void fold_printer::open_call(const std::string& call, const std::string& lambda) {
  const std::string lines = wrapped(call, 12), lambda_text = "[&](const " + lambda + ") -> Exprs {";
  const bool fits = lines.size() - (lines.rfind('\n') + 1) + lambda_text.size() < 106;
  a_.out_->open(lines + (fits ? ", " : ",\n    ") + lambda_text);
}

// "return {sq(from_pivot), from_pivot};" Closes what open_call() opened, and the scope of its names.
void fold_printer::close_call() {
  const auto values = a_.values_;
  const unique_names names = a_.names_;
  const std::vector<std::string> terms = print_terms();
  a_.out_->code("return " + (terms.size() == 1 ? "{" + terms[0] + "}" : list(terms)) + ";");
  a_.values_ = values;
  a_.names_ = names;
  a_.out_->close("});");
}

// Whether the statistics of a slice are asked for, where that is in question.
std::string fold_printer::where() const {
  if (a_.wanted_.empty()) return "Expr()";
  const std::string here = a_.wanted_ + "(" + a_.arguments(p_.at(p_.extremes.scale).varies) + ")";
  return a_.wanted_ == "wanted" ? "wanted.defined() ? Expr(wanted" + here.substr(6) + ") : Expr()" : here;
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
  const std::string row = a_.fresh("row");
  const bool of_row = a_.is_of_row(q_);
  std::string extents, declared;
  for (std::size_t r = 0; r < reduced_.size(); ++r) {
    extents += (r > 0 ? ", " : "{") + extents_[r];
    declared += (r > 0 ? ", " : "const Expr ") + a_.loop_id(reduced_[r]) + " = at[" + std::to_string(r) + "]";
  }
  const std::string slice = a_.arguments(kept_);
  std::string condition = where();
  if (of_row && a_.together_) {
    declared += ", " + a_.bounded_row();
    condition = slice + " < " + a_.extent(a_.inner_first(kept_)[0]);
  }
  open_call("RowFold " + row + " = fold_row(lane, vector, {" + slice + "}, " + extents + "}, " + folds() +
                ", on_gpu, " + (q_.pivots ? "true" : "false") + ", " + condition,
            "Exprs& at");
  out.line(declared + ";");
  close_call();
  std::vector<std::string> results;
  for (std::size_t i = 0; i < q_.nodes.size(); ++i)
    results.push_back(divided(i, row + ".results[" + std::to_string(i) + "]"));
  print_results(a_.fresh("sums"), results);
  out.line(row + ".totals = " + totals_ + ";");
  out.line(std::string(of_row ? "of_row" : "steps") + ".rows.push_back(" + row + ");");
  if (of_row) return;
  a_.allocate(q_.nodes.size(), kept_);
}

// Sums down columns where rows go by for the output's sake: a few rows at a time, then as many of those sums.
void fold_printer::print_together_fold() {
  writer& out = *a_.out_;
  const std::string partial = a_.fresh("partial"), chunks = a_.fresh("partials"), column = a_.arguments(kept_),
                    row = a_.loop_id(reduced_[0]);
  const auto open = [&](const std::string& to, const std::string& n, const std::string& index) {
    out.line("Func " + to + "(\"" + to + "\");");
    open_call("fold_rows(" + to + "(" + column + ", chunk), chunk, " + n + ", " + folds(), "Expr& " + index);
  };
  open(partial, extents_[0], row);
  close_call();
  open(chunks, "(" + extents_[0] + " + kRows - 1) / kRows", "part");
  out.line("return values_of(" + partial + "(" + column + ", part));");
  out.close("});");
  print_sums(chunks, "(" + extents_[0] + " + kRows * kRows - 1) / (kRows * kRows)",
             "of_row.columns.push_back({" + partial);
  a_.allocate(q_.nodes.size(), kept_, "((" + extents_[0] + " + 7) / 8)");
}

void fold_printer::print_column_fold() {
  writer& out = *a_.out_;
  const std::string partial = a_.fresh("partial");
  const std::string& n = extents_[0];
  std::string at = a_.arguments(kept_) + ", chunk";
  for (std::size_t r = 1; r < reduced_.size(); ++r) at += ", " + a_.loop_id(reduced_[r]);
  out.line("Func " + partial + "(\"" + partial + "\");");
  const ir::atom_set slices = a_.wanted_.empty() ? 0 : p_.at(p_.extremes.scale).varies & a_.joined();
  const bool of_groups =
      a_.is_columns() && (kept_ & a_.joined()) == a_.joined() && slices != 0 && slices != a_.joined();
  if (of_groups) {
    out.open("{");
    out.line(a_.group_of_column());
  }
  open_call("fold_chunks(" + partial + ", {" + at + "}, chunk, " + n + ", " + folds() + ", " + where(),
            "Expr& " + a_.loop_id(reduced_[0]));
  close_call();
  if (of_groups) out.close();
  print_sums(partial, "(" + n + " + kChunk - 1) / kChunk", "steps.columns.push_back({" + partial);
  const int chunked = static_cast<int>(std::bit_width(q_.over)) - 1;
  const std::string rows = std::to_string(chunk_rows);
  a_.allocate(q_.nodes.size(), (kept_ | q_.over) & ~(ir::atom_set{1} << chunked),
              "((" + a_.extent(chunked) + " + " + std::to_string(chunk_rows - 1) + ") / " + rows + " + 1)");
}

// Merges the partial sums of all chunks, in order.
void fold_printer::print_sums(const std::string& partial, const std::string& chunks, const std::string& pushed) {
  writer& out = *a_.out_;
  const std::string columns = a_.arguments(kept_), sums = a_.fresh("sums");
  std::string extents = chunks, indices = sums + "_of.x";
  for (std::size_t r = 1; r < reduced_.size(); ++r) {
    extents += ", 0, " + extents_[r];
    indices += ", " + sums + "_of." + axis[r];
  }
  out.line("Func " + sums + "(\"" + sums + "\");");
  out.line("RDom " + sums + "_of(0, " + extents + ");");
  out.code(sums + "(" + columns + ") = " + starts() + ";");
  std::vector<std::string> steps, values;
  for (std::size_t i = 0; i < q_.nodes.size(); ++i) {
    const std::string merge(find_fold(p_.at(q_.nodes[i]).op)->merge), sum = component(sums + "(" + columns + ")", i);
    steps.push_back(merge + "(" + sum + ", " + component(partial + "(" + columns + ", " + indices + ")", i) + ")");
    values.push_back(divided(i, sum));
  }
  out.code(sums + "(" + columns + ") = " + list(steps) + ";");
  print_results(a_.fresh("totals"), values);
  out.line(pushed + ", " + sums + ", " + totals_ + "});");
  a_.allocate(2 * q_.nodes.size(), kept_);
}

}  // namespace normfold::gen::halide
