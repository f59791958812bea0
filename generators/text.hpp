// Lines of generated text with indentation and unique names. Nothing here knows what is generated.
#pragma once

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>

namespace normfold::gen {

class writer {
 public:
  /// One line, or several where the text has line ends.
  void line(std::string_view text = "") {
    if (const std::size_t end = text.find('\n'); end != std::string_view::npos) {
      line(text.substr(0, end));
      return line(text.substr(end + 1));
    }
    if (!text.empty() && text[0] != '#') out_.append(static_cast<std::size_t>(2 * depth_), ' ');
    out_ += text;
    out_ += '\n';
  }
  /// A comment, wrapped at 118 columns.
  void comment(std::string_view text, std::string_view mark = "// ") {
    const std::size_t width = 118 - static_cast<std::size_t>(2 * depth_) - mark.size();
    while (text.size() > width) {
      std::size_t cut = text.rfind(' ', width);
      if (cut == std::string_view::npos || cut == 0) break;
      line(std::string(mark) + std::string(text.substr(0, cut)));
      text.remove_prefix(cut + 1);
    }
    line(std::string(mark) + std::string(text));
  }
  /// Code, cut as `wrapped` does where it is longer than 118 columns.
  void code(std::string text);
  void open(std::string_view text) {
    code(std::string(text));
    ++depth_;
  }
  void close(std::string_view text = "}") {
    --depth_;
    line(text);
  }
  /// Closes one scope and opens the next: "}, [&](...) {"
  void turn(std::string_view text) {
    --depth_;
    open(text);
  }
  const std::string& str() const { return out_; }

 private:
  std::string out_;
  int depth_ = 0;
};

/// Gives each wish a name that no one else has and that is no word of C or C++.
class unique_names {
 public:
  unique_names();                     ///< words of C and C++ are taken
  void take(std::string_view names);  ///< names with blanks between them
  std::string operator()(std::string wish);
  bool is_free(const std::string& name) const;

 private:
  std::set<std::string, std::less<>> taken_;
};

/// "layer_norm" -> "LayerNorm"
inline std::string camel(std::string_view name) {
  std::string out;
  bool up = true;
  for (char c : name) {
    if (c == '_') up = true;
    else out += up ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c, up = false;
  }
  return out;
}

/// Code cut into lines of at most 118 columns after commas and operators, the outermost that leave no short line; the first `indent`
/// columns are taken.
std::string wrapped(std::string text, std::size_t indent = 0);

/// Replaces every `{key}` by its text; used by the backends' columns.
inline std::string fill_slot(std::string text, std::string_view key, std::string_view by) {
  const std::string slot = "{" + std::string(key) + "}";
  for (std::size_t at = text.find(slot); at != std::string::npos; at = text.find(slot, at + by.size()))
    text.replace(at, slot.size(), by);
  return text;
}

}  // namespace normfold::gen
