// The C function around a kernel: checks, then dispatch.
#include "wrapper.hpp"

#include "../declaration.hpp"
#include "../wrapper.hpp"

namespace normfold::gen::highway {
void print_wrapper(const signature& s, const kernel& k, const std::string& instance, writer& in) {
  open_checked(s, in);
  std::string call = "HWY_DYNAMIC_DISPATCH(" + instance + ")(";
  for (const tensor& t : k.tensors) {
    const argument& a =
        s.arguments[static_cast<std::size_t>(k.argument[static_cast<std::size_t>(&t - k.tensors.data())])];
    if (a.kind == argument_kind::count) {
      in.line("const " + c_type(statistics_type(s.how.type)) + " average_rate = 1 / static_cast<" +
              c_type(statistics_type(s.how.type)) + ">(*" + a.id + " + 1);");
      call += "&average_rate, ";
    } else {
      call += a.id + ", ";
    }
  }
  for (const loop& l : s.sweeps.loops) call += product_text(s, l.atoms) + ", ";
  for (std::size_t t = 0; t < k.tensors.size(); ++t)
    if (k.tensors[t].strided) {
      const argument& a = s.arguments[static_cast<std::size_t>(k.argument[t])];
      for (std::size_t i = 0; i + 1 < a.atoms.size(); ++i) call += stride_text(s, a, i) + ", ";
    }
  call += "context);";
  in.code(call);
  for (const argument& a : s.arguments)
    if (a.kind == argument_kind::count) in.line("++*" + a.id + ";");
  in.line("return NORMFOLD_OK;");
  in.close();
}

}  // namespace normfold::gen::highway
