// Reads the command line, writes the files (only where their text changed).
#include "options.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "library.hpp"

namespace normfold::gen {
namespace {

constexpr const char* usage =
    "usage: PROGRAM --out DIR --name LIBRARY [--types f32,f64,bf16,f16] [--orders NCHW,NHWC] [--directions "
    "infer,train,backward]\n"
    "               [--backends highway] [--parts 1] [--params f32] [--strided] [--table]\n"
    "       PROGRAM --list | --describe | --graph | --plan   print the layers: names, steps, graphs, or sweeps\n";

std::vector<std::string> list(const std::string& text) {
  std::vector<std::string> out;
  std::stringstream in(text);
  for (std::string item; std::getline(in, item, ',');)
    if (!item.empty()) out.push_back(item);
  return out;
}

template <class T>
T one_of(const std::string& option, const std::string& text, std::initializer_list<std::pair<const char*, T>> known) {
  std::string names;
  for (const auto& [name, value] : known) {
    if (text == name) return value;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  throw user_error{option + " does not know '" + text + "'; it takes " + names};
}

// From 1 to 999.
std::size_t count(const std::string& option, const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 3 &&
                      std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const std::size_t value = digits ? static_cast<std::size_t>(std::stoi(text)) : 0;
  if (value == 0) throw user_error{option + " '" + text + "' is not a number from 1 to 999"};
  return value;
}

bool is_identifier(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }) && !(text[0] >= '0' && text[0] <= '9');
}

struct command {
  request asked;
  std::string print;  ///< "--plan" ...
};

command parse(int argc, const char* const* argv) {
  command c;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= argc) throw user_error{option + " needs a value after it"};
      return argv[++i];
    };
    if (option == "--out") c.asked.out = value();
    else if (option == "--name") c.asked.name = value();
    else if (option == "--orders") c.asked.orders = list(value());
    else if (option == "--strided") c.asked.strided = true;
    else if (option == "--table") c.asked.table = true;
    else if (option == "--parts") c.asked.parts = count(option, value());
    else if (option == "--params") c.asked.params_f32 = one_of<bool>(option, value(), {{"f32", true}, {"same", false}});
    else if (option == "--backends") {
      c.asked.backends = list(value());
    } else if (option == "--types") {
      c.asked.types.clear();
      for (const std::string& t : list(value()))
        c.asked.types.push_back(one_of<element>(
            option, t, {{"f32", element::f32}, {"f64", element::f64}, {"bf16", element::bf16}, {"f16", element::f16}}));
    } else if (option == "--directions") {
      c.asked.directions.clear();
      for (const std::string& d : list(value()))
        c.asked.directions.push_back(one_of<direction>(option, d,
                                                       {{"infer", direction::infer},
                                                        {"train", direction::train},
                                                        {"backward", direction::backward},
                                                        {"backward_recompute", direction::backward_recompute},
                                                        {"backward_from_y", direction::backward_from_y},
                                                        {"backward_frozen", direction::backward_frozen}}));
    } else if (option == "--plan" || option == "--graph" || option == "--describe" || option == "--list") {
      c.print = option;
    } else {
      throw user_error{"there is no option '" + option + "'\n" + usage};
    }
  }
  if (!is_identifier(c.asked.name))
    throw user_error{"--name '" + c.asked.name + "' is not a C identifier; use letters, digits and underscores"};
  return c;
}

void print(const command& c, const std::vector<ir::graph>& layers, std::ostream& out) {
  if (c.print == "--plan") {
    for (const signature& s : make_library(c.asked, layers).functions) {
      if (s.how.type != c.asked.types.front()) continue;
      const std::string order = s.how.memory.name.empty() ? "" : ", " + s.how.memory.name;
      out << s.g.name << " (" << to_text(s.how.what) << order << ")\n" << to_text(s.sweeps) << "\n";
    }
    return;
  }
  for (const ir::graph& g : layers) {
    if (c.print == "--list") out << g.name << "\n";
    if (c.print == "--describe") {
      out << g.source << "\n";
      for (const std::string& step : g.steps) out << "  " << step << "\n";
    }
    if (c.print == "--graph") out << to_text(canonical(g));
  }
}

void write(const std::string& folder, const file& f) {
  const std::filesystem::path path = std::filesystem::path(folder) / f.name;
  std::ifstream old(path, std::ios::binary);
  if (old) {
    std::stringstream text;
    text << old.rdbuf();
    if (text.str() == f.text) return;  // keeps its time: nothing is compiled again
  }
  std::ofstream to(path, std::ios::binary);
  to << f.text;
  if (!to.flush()) throw user_error{"cannot write " + path.string() + "; is the folder there and writable?"};
}

}  // namespace

int run(int argc, const char* const* argv, const std::vector<ir::graph>& layers, std::ostream& out, std::ostream& err) {
  try {
    const command c = parse(argc, argv);
    if (layers.empty()) throw user_error{"there are no layers; pass them to normfold::generate(argc, argv, layer...)"};
    if (!c.print.empty()) {
      print(c, layers, out);
      return 0;
    }
    const library lib = make_library(c.asked, layers);
    std::vector<file> files{{c.asked.name + ".h", header_text(lib)}};
    for (const std::string& name : c.asked.backends) {
      const auto known =
          std::find_if(all_backends().begin(), all_backends().end(), [&](const backend& b) { return b.name == name; });
      if (known == all_backends().end()) {
        std::string names;
        for (const backend& b : all_backends()) names += (names.empty() ? "" : ", ") + std::string(b.name);
        throw user_error{"--backends does not know '" + name + "'; it takes " + names};
      }
      for (file& f : known->emit(for_backend(lib, name))) files.push_back(std::move(f));
    }
    if (c.asked.table) files.push_back({c.asked.name + "_table.cpp", table_text(lib, c.asked.backends.front())});
    std::filesystem::create_directories(c.asked.out);
    for (const file& f : files) write(c.asked.out, f);
    return 0;
  } catch (const user_error& e) {
    err << "normfold: " << e.text << "\n";
  } catch (const std::filesystem::filesystem_error& e) {
    err << "normfold: cannot make the folder " << e.path1().string() << ": " << e.code().message() << "\n";
  }
  return 1;
}

int run(int argc, const char* const* argv, const std::vector<ir::graph>& layers) {
  return run(argc, argv, layers, std::cout, std::cerr);
}

}  // namespace normfold::gen
