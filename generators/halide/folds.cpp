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
  if (is_row_)
    print_row_fold();
  else if (a_.together_ && &q_ == &p_.slices.across)
    print_together_fold();
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

// What goes to each fold; as the right side of a sum where folds add. What is used several times gets a name first.
std::vector<std::string> fold_printer::print_terms(bool added) {
  std::vector<int> operands;
  for (int n : q_.nodes) operands.push_back(p_.at(n).args[0]);
  if (crosses_columns()) a_.out_->line(a_.column_of_group());
  if (!crosses_columns() && a_.reads_groups(operands)) a_.out_->line(a_.group_of_column());
  a_.print_locals(operands);
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < q_.nodes.size(); ++i) {
    const fold_text& fold = *find_fold(p_.at(q_.nodes[i]).op);
    const bool right = added && fold.merge == "plus";
    std::string term = a_.text(operands[i], right || q_.pivots ? 1 : 0, right);
    if (q_.pivots) term += " - " + firsts_[i] + "(" + a_.arguments(kept_) + ")";
    terms.push_back(fill_slot(std::string(fold.term), "0", q_.pivots && right ? "(" + term + ")" : term));
  }
  return terms;
}

// const auto step = [&](Expr nt, Expr chunk) { partial(c, chunk) = ...; };
void fold_printer::print_step(const std::string& to, const std::string& arguments, const std::string& parameters) {
  a_.out_->open("const auto step = [&](" + parameters + ") {");
  const auto values = a_.values_;
  const unique_names names = a_.names_;
  std::vector<std::string> steps = print_terms(true);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string merge(find_fold(p_.at(q_.nodes[i]).op)->merge), before = component(to + "(" + arguments + ")", i);
    steps[i] = merge == "plus" ? before + " + " + steps[i] : merge + "(" + before + ", " + steps[i] + ")";
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

// Rows up to a number: of that Halide makes the loop's bound. Where nothing is asked for it is 0.
void fold_printer::print_row_limit(const std::string& n) {
  std::string limit = n + " / kStreams";
  if (!a_.wanted_.empty()) {
    const ir::atom_set slices = p_.at(p_.extremes.scale).varies & a_.joined();
    if (a_.is_columns() && (kept_ & a_.joined()) == a_.joined() && slices != 0 && slices != a_.joined()) a_.out_->line(a_.group_of_column());
    const std::string asked = "select(" + wanted_here() + ", " + n + " / kStreams, 0)";
    limit = "limit";
    a_.out_->code("const Expr limit = " + (a_.wanted_ == "wanted" ? "wanted.defined() ? " + asked + " : " + n + " / kStreams" : asked) + ";");
  }
  a_.out_->line("rows.where(chunk * (kChunk / kStreams) + rows.y < " + limit + ");");
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
  // A task of several rows has room for the sums of all of them, also of those beyond the last.
  const bool bounded = of_row && a_.together_;
  const std::string slice = a_.arguments(kept_);
  std::string where = a_.wanted_.empty()     ? "Expr()"
                      : a_.wanted_ == "wanted" ? "wanted.defined() ? Expr(" + wanted_here() + ") : Expr()"
                                               : wanted_here();
  if (bounded) {
    const std::string n = a_.extent(a_.inner_first(kept_)[0]);
    declared += ", " + slice + " = min(this->" + slice + ", " + n + " - 1)";
    where = slice + " < " + n;
  }
  out.open(wrapped("RowFold " + row + " = fold_row(lane, vector, {" + slice + "}, " + extents + "}, " + folds() + ", on_gpu, " +
                   (q_.pivots ? "true" : "false") + ", " + where + ", [&](const Exprs& at) -> Exprs {"));
  out.line(declared + ";");
  const auto values = a_.values_;
  const unique_names names = a_.names_;
  const std::vector<std::string> terms = print_terms(false);
  out.code("return " + (terms.size() == 1 ? "{" + terms[0] + "}" : list(terms)) + ";");
  a_.values_ = values;
  a_.names_ = names;
  out.close("});");
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
  const std::string partial = a_.fresh("partial"), chunks = a_.fresh("partials"), column = a_.arguments(kept_), row = a_.loop_id(reduced_[0]);
  const auto open = [&](const std::string& to, const std::string& n, const std::string& index) {
    out.line("Func " + to + "(\"" + to + "\");");
    out.open(wrapped("fold_rows(" + to + "(" + column + ", chunk), chunk, " + n + ", " + folds() + ", [&](const Expr& " + index + ") -> Exprs {"));
  };
  open(partial, extents_[0], row);
  const auto values = a_.values_;
  const unique_names names = a_.names_;
  const std::vector<std::string> terms = print_terms(false);
  out.code("return " + (terms.size() == 1 ? "{" + terms[0] + "}" : list(terms)) + ";");
  a_.values_ = values;
  a_.names_ = names;
  out.close("});");
  open(chunks, "(" + extents_[0] + " + kRows - 1) / kRows", "part");
  out.line("return values_of(" + partial + "(" + column + ", part));");
  out.close("});");
  print_sums(chunks, "(" + extents_[0] + " + kRows * kRows - 1) / (kRows * kRows)", "of_row.columns.push_back({" + partial);
  a_.allocate(q_.nodes.size(), kept_, "((" + extents_[0] + " + 7) / 8)");
}

void fold_printer::print_column_fold() {
  writer& out = *a_.out_;
  const std::string partial = a_.fresh("partial");
  const std::string& row = a_.loop_id(reduced_[0]);
  const std::string& n = extents_[0];
  std::string others;
  for (std::size_t r = 1; r < reduced_.size(); ++r) others += ", " + a_.loop_id(reduced_[r]);
  const std::string columns = a_.arguments(kept_);
  const std::string at = columns + ", chunk" + others;
  out.line("Func " + partial + "(\"" + partial + "\");");
  out.open("{");
  out.code(partial + "(" + at + ") = " + starts() + ";");
  print_step(partial, at, "Expr " + row + ", Expr chunk");
  out.line("RDom rows(0, kStreams, 0, kChunk / kStreams), rest(0, " + n + " % kStreams);");
  print_row_limit(n);
  out.line("step(row_of(chunk, rows, " + n + "), chunk);");
  out.line("step(" + n + " / kStreams * kStreams + rest.x, " + n + " / kChunk);");
  out.close();
  print_sums(partial, "(" + n + " + kChunk - 1) / kChunk", "steps.columns.push_back({" + partial);
  const int chunked = static_cast<int>(std::bit_width(q_.over)) - 1;
  a_.allocate(q_.nodes.size(), (kept_ | q_.over) & ~(ir::atom_set{1} << chunked),
              "((" + a_.extent(chunked) + " + 255) / 256 + 1)");
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
