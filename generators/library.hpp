// Everything one run of the generator writes: the functions of a kernel library, and the seam where backends plug in.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "signature.hpp"

namespace normfold::gen {

/// What the command line asks for.
struct request {
  std::string out = ".";
  std::string name = "norms";
  std::vector<element> types{element::f32};
  std::vector<std::string> orders;  ///< besides the layers' own; "" for the own one
  std::vector<direction> directions{direction::infer};
  std::vector<std::string> backends{"highway"};
  std::size_t parts = 1;  ///< sources that Highway's kernels are in, each compiled by itself
  bool strided = false;
  bool params_f32 = false;
  bool table = false;
};

struct library {
  request asked;
  std::vector<ir::graph> layers;  ///< canonical
  std::vector<signature> functions;
};

struct file {
  std::string name;
  std::string text;
};

struct backend {
  std::string_view name;
  /// What it writes besides the header and the table.
  std::vector<file> (*emit)(const library&);
};

/// To add a backend: one folder, one line in backend.cpp.
std::span<const backend> all_backends();

/// Throws user_error where the request does not fit the layers.
library make_library(const request& asked, const std::vector<ir::graph>& layers);

/// The library as one of its backends prints it: the first one asked for has the plain names, the functions of another
/// are called <name>_<backend>, so that one program can link them all.
library for_backend(const library& lib, const std::string& backend);

std::string header_text(const library& lib);
std::string table_text(const library& lib, std::string_view backend);

/// The declaration of a signature without its semicolon, wrapped at 118 columns.
std::string declaration(const signature& s, const std::string& name);

/// A mistake of the person who runs the generator: what was wrong, what was expected, what to do.
struct user_error {
  std::string text;
};

}  // namespace normfold::gen
