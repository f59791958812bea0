// The text above a function in the header: what it computes and what each argument is.
#pragma once

#include <string>

#include "signature.hpp"

namespace normfold::gen {

/// Formulas, a line an argument, what is its own about empty inputs, workspace and statuses; nothing that depends on
/// the type, so that functions which differ only in it share the text. Lines of `///`.
std::string manual(const signature& s);

/// A text that cannot end or continue the comment it stands in.
std::string comment_safe(std::string text);

}  // namespace normfold::gen
