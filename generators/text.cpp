// Names that are safe to print as C and C++.
#include "text.hpp"

#include <sstream>

namespace normfold::gen {
namespace {

// Words of C23 and C++23, and names that <math.h>, Highway or generated code already give a meaning.
constexpr std::string_view words =
    "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class "
    "compl concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype "
    "default delete do double dynamic_cast else enum explicit export extern false float for friend goto if inline int "
    "long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register "
    "reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast struct switch "
    "template this thread_local throw true try typedef typeid typename union unsigned using virtual void volatile "
    "wchar_t while xor xor_eq typeof typeof_unqual gamma signgam y0 y1 yn j0 j1 jn unix linux errno stdin stdout "
    "stderr NULL HWY_NAMESPACE context d V S P at nf hn hwy normfold stream workspace check main size_t I A D slice "
    "row start block again moved partial partial_of_slice status need average_rate begin end next together as_one by "
    "ahead each last within scaled part found find_pivots as_columns edges edges_of_slices s0 s1 s2 s3";

}  // namespace

unique_names::unique_names() { take(words); }

void unique_names::take(std::string_view names) {
  std::istringstream each{std::string(names)};
  for (std::string name; each >> name;) taken_.insert(name);
}

bool unique_names::is_free(const std::string& name) const { return taken_.count(name) == 0; }

std::string unique_names::operator()(std::string wish) {
  while (!taken_.insert(wish).second) wish += '_';
  return wish;
}

}  // namespace normfold::gen
