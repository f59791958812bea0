// Where generated code is cut into lines, and names that are safe to print as C and C++.
#include "text.hpp"

#include <iterator>
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
    "ahead each last within scaled part found find_pivots as_columns edges edges_of_slices s0 s1 s2 s3 "
    "first left by_itself";

// What a cut is made after, the loosest first.
constexpr std::string_view ends[] = {",", "=", "?:", "|&", "+-", "*/"};

// Which of `ends` the character at i of `text` is, or how many there are: a comma or the end of an operator between blanks.
std::size_t end_at(std::string_view text, std::size_t i) {
  if (i + 1 >= text.size() || text[i + 1] != ' ') return std::size(ends);
  const std::size_t before = text.find_last_not_of("=<>!?:|&+-*/", i);
  if (text[i] != ',' && (before == std::string_view::npos || text[before] != ' ')) return std::size(ends);
  std::size_t kind = 0;
  while (kind < std::size(ends) && ends[kind].find(text[i]) == std::string_view::npos) ++kind;
  return kind;
}

// Where to cut `text` so that the line has at most `columns`: in its last three fifths, in as few brackets as possible, after what is loosest, and
// of equal places at the last one. npos where there is none. Quoted text is never cut.
std::size_t best_cut(std::string_view text, std::size_t columns) {
  std::size_t best = std::string_view::npos, tightest = 0, depth = 0, angles = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < std::min(columns, text.size()); ++i) {
    const char c = text[i], before = i == 0 ? ' ' : text[i - 1];
    if (c == '"' && before != '\\') quoted = !quoted;
    if (quoted) continue;
    const bool opens_angle = c == '<' && before != ' ',
               closes_angle = c == '>' && angles > 0 && before != '-' && before != ' ';
    angles = angles + opens_angle - closes_angle;
    if (c == '(' || c == '[' || c == '{' || opens_angle) ++depth;
    if ((c == ')' || c == ']' || c == '}' || closes_angle) && depth > 0) --depth;
    const std::size_t kind = end_at(text, i), tight = depth * std::size(ends) + kind;
    if (kind == std::size(ends) || 5 * (i + 1) < 2 * columns) continue;
    if (best == std::string_view::npos || tight <= tightest) best = i + 1, tightest = tight;
  }
  return best;
}

}  // namespace

std::string wrapped(std::string text, std::size_t indent) {
  std::string out;
  while (text.size() + indent > 118) {
    const std::size_t cut = best_cut(text, 118 - indent);
    if (cut == std::string::npos) break;
    out += text.substr(0, cut) + "\n";
    text = "    " + text.substr(cut + 1);
  }
  return out + text;
}

void writer::code(std::string text) {
  const std::size_t indent = static_cast<std::size_t>(2 * depth_);
  const bool is_cut = text.find('\n') != std::string::npos || text.size() + indent <= 118;
  const std::size_t lambda = std::min(text.find(", [&]("), text.find(", [=]("));
  if (!is_cut && lambda != std::string::npos) text.replace(lambda, 2, ",\n    ");
  line(is_cut || lambda != std::string::npos ? text : wrapped(std::move(text), indent));
}

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
