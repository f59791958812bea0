// Text as a template argument, and what may serve as a name in the generated C code.
// To reserve another name, add it to `reserved_names`.
#pragma once

#include <cstddef>
#include <string_view>

namespace normfold {

/// A string literal that can be a template argument: `layer<"batch_norm">`.
template <std::size_t Size>
struct fixed_string {
  char text[Size]{};

  consteval fixed_string(const char (&literal)[Size]) {  // NOLINT: implicit, so that a literal converts
    for (std::size_t i = 0; i < Size; ++i) text[i] = literal[i];
  }
  constexpr std::string_view view() const { return {text, Size - 1}; }
};

namespace detail {

/// Every keyword of C11 and C++20: a name must work in both.
// clang-format off
inline constexpr std::string_view keywords[] = {
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
    "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "concept", "const",
    "const_cast", "consteval", "constexpr", "constinit", "continue", "decltype", "default", "delete", "do", "double",
    "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if",
    "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or",
    "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires", "restrict", "return",
    "short", "signed", "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this",
    "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual",
    "void", "volatile", "wchar_t", "while", "xor", "xor_eq"};
// clang-format on

/// Arguments that every generated function has, and macros of the C library.
inline constexpr std::string_view reserved_names[] = {"x",   "y",     "context", "size_t", "NULL",
                                                      "EOF", "errno", "assert",  "main"};

template <std::size_t Size>
constexpr bool one_of(std::string_view name, const std::string_view (&names)[Size]) {
  for (const std::string_view& each : names) {
    if (each == name) return true;
  }
  return false;
}

/// Letters, digits and single underscores, neither first nor last an underscore: nothing else reaches generated code.
constexpr bool is_identifier(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '_' || name.back() == '_') return false;
  char before = 0;
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (!letter && !(digit && before != 0) && !(c == '_' && before != '_')) return false;
    before = c;
  }
  return true;
}

constexpr bool is_keyword(std::string_view name) { return one_of(name, keywords); }

constexpr bool is_reserved(std::string_view name) {
  return one_of(name, reserved_names) || name.starts_with("normfold") || name.starts_with("NORMFOLD") ||
         name.starts_with("running_");
}

}  // namespace detail
}  // namespace normfold
