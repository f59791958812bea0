// The class around an algorithm. Tensors are declared from the innermost loop outwards, as Halide indexes.
#include "generator.hpp"

#include <cctype>

#include "../declaration.hpp"

namespace normfold::gen::halide {

std::string generator_name(const kernel& k) {
  std::string out;
  for (char c : k.name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !out.empty()) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

std::string halide_type(element e) {
  switch (e) {
    case element::f32: return "float32";
    case element::f64: return "float64";
    case element::bf16: return "uint16";  // by its bits: Halide 14 reads no bfloat16 from a parameter
    case element::f16: return "float16";
  }
  return "";
}

std::vector<std::string> type_parameters(const algorithm& a, const signature& s) {
  const kernel& k = a.k();
  std::vector<std::string> out;
  const auto type = [&](int t) {
    const argument& arg = s.arguments[static_cast<std::size_t>(k.argument[static_cast<std::size_t>(t)])];
    return halide_type(arg.kind == argument_kind::count ? statistics_type(s.how.type) : memory_type(s, arg));
  };
  for (std::size_t t = 0; t < k.tensors.size(); ++t)
    if (!a.input_id(static_cast<int>(t)).empty())
      out.push_back(a.input_id(static_cast<int>(t)) + ".type=" + type(static_cast<int>(t)));
  for (const output_group& g : a.outputs()) {
    std::string types;
    for (int t : g.tensors) types += (types.empty() ? "" : ",") + type(t);
    out.push_back(g.id + ".type=" + types);
  }
  return out;
}

void print_generator(const shared_kernel& made, writer& out) {
  const kernel& k = made.k;
  algorithm a(k);
  const plan& p = a.p();
  print_heading(made, out);
  out.line("class " + k.name + " : public Generator<" + k.name + "> {");
  out.open(" public:");
  std::string full, parameters;
  for (std::size_t t = 0; t < k.tensors.size(); ++t) {
    const std::string& id = a.input_id(static_cast<int>(t));
    if (id.empty()) continue;
    if (k.tensors[t].storage == 'S' && full.empty() && k.tensors[t].varies == p.all_loops()) full = id;
    if (k.tensors[t].storage == 'P' && parameters.empty()) parameters = id;
    out.line("Input<Buffer<>> " + id + "{\"" + id + "\", " + std::to_string(a.inner_first(k.tensors[t].varies).size()) +
             "};");
  }
  for (const std::string& id : a.scalars()) out.line("Input<int32_t> " + id + "{\"" + id + "\"};");
  for (const output_group& g : a.outputs())
    out.line("Output<Func> " + g.id + "{\"" + g.id + "\", " + std::to_string(a.inner_first(g.varies).size()) + "};");
  out.line();
  out.open("void generate() {");
  out.line("const Type storage = " + full + ".type();");
  if (!parameters.empty()) out.line("const Type parameter = " + parameters + ".type();");
  out.line("const Type statistic = storage == Float(64) ? Float(64) : Float(32);");
  out.line("const int vector = natural_vector_size(statistic);");
  out.line("const bool on_gpu = get_target().has_gpu_feature();");
  if (a.has_steps()) out.line("const int width = on_gpu ? kThreads : kLanes;");
  if (p.extremes.scale >= 0) out.line("const auto chosen = on_gpu ? chosen_by_bits : chosen_by_select;");
  out.line("const auto real = [&](Expr e) { return cast(statistic, loaded(e)); };");
  out.line("const auto number = [&](double value) { return number_of(statistic, value); };");
  a.print_extents(full, out);
  for (std::size_t t = 0; t < k.tensors.size(); ++t) {
    const std::string& id = a.input_id(static_cast<int>(t));
    if (id.empty() || k.tensors[t].varies == 0) continue;
    std::string list;
    for (int l : a.inner_first(k.tensors[t].varies)) list += (list.empty() ? "" : ", ") + a.extent(l);
    out.line("set_extents(" + id + ", {" + list + "});");
  }
  out.line();
  a.print(out);
  out.close();
  out.line();
  if (a.asks_ahead()) {
    out.open("void schedule() {");
    out.line("if (ahead) get_pipeline().add_custom_lowering_pass(ahead.release());");
    out.close();
    out.line();
  }
  out.close(" private:");
  out.line("  Var " + a.variables() + "lane{\"lane\"}, chunk{\"chunk\"}, tasks{\"tasks\"};");
  if (a.asks_ahead()) out.line("  std::unique_ptr<AskAhead> ahead;");
  out.line("};");
}

}  // namespace normfold::gen::halide
