// Prints how the deviation of activations goes through ten layers with each norm, and draws it.
//   activation_statistics [--seed <number>] [--out <folder>] [--check]
// --check: exit status 1 unless the known figures come out, which depends on the seed.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <string>

#include "chart.hpp"
#include "experiment.hpp"
#include "known.hpp"

namespace {

constexpr int seed_count = 20;

void print(const char* title, const char* unit, const std::vector<curve>& curves, int first) {
  std::printf("%s\n\n%-14s", title, unit);
  for (const curve& c : curves) std::printf(" %10s", c.name.c_str());
  for (std::size_t i = 0; i < curves[0].deviations.size(); ++i) {
    std::printf("\n%-14d", first + static_cast<int>(i));
    for (const curve& c : curves) std::printf(c.deviations[i] < 100 ? " %10.3f" : " %10.0f", c.deviations[i]);
  }
  std::printf("\n\n");
}

void print(const std::vector<spread>& seeds, std::uint64_t first) {
  std::printf("layer %d over %d seeds from %llu\n", layers, seed_count, static_cast<unsigned long long>(first));
  const auto row = [&](const char* name, double spread::*member) {
    std::printf("%-14s", name);
    for (const spread& s : seeds) std::printf(s.*member < 100 ? " %10.3f" : " %10.0f", s.*member);
    std::printf("\n");
  };
  row("least", &spread::least);
  row("mean", &spread::mean);
  row("greatest", &spread::greatest);
  std::printf("\n");
}

const char* const colors[] = {"#222222", "#2f6fb5", "#e8853b", "#3f9b57", "#c8474e", "#8560b8", "#2aa3b0"};

std::vector<series> lines_of(const std::vector<curve>& curves) {
  std::vector<series> lines;
  for (const curve& c : curves)
    lines.push_back({c.name + (c.shape.empty() ? "" : " (" + c.shape + ")"), colors[lines.size()], c.deviations});
  return lines;
}

// On the left everything, on the right the five norms that look at every activation, near the deviation in theory.
bool draw_plain(const std::string& path, const std::vector<curve>& curves) {
  svg out(1180, 430);
  std::vector<series> lines = lines_of(curves);
  const std::string y = "standard deviation after ReLU";
  draw(out,
       {.title = "Ten layers, each norm against none",
        .x_label = "layer",
        .y_label = y + ", log scale",
        .log = true,
        .low = 0.1,
        .high = 1e5},
       lines, {0, 0}, 600, 430);

  lines.erase(lines.begin());
  lines.pop_back();
  double low = 0.55, high = 0.65;
  for (const series& each : lines) {
    const auto [least, most] = std::minmax_element(each.values.begin(), each.values.end());
    while (low > *least) low -= 0.05;
    while (high < *most) high += 0.05;
  }
  const double theory = std::sqrt(0.5 - 0.5 / std::numbers::pi);
  lines.push_back({"ReLU of a unit normal", "#888888", std::vector<double>(layers, theory), "5 4"});
  draw(out,
       {.title = "Without none and pRMS", .x_label = "layer", .y_label = y, .low = low, .high = high, .step = 0.05},
       lines, {590, 0}, 590, 430);
  return out.save(path);
}

bool draw_residual(const std::string& path, const std::vector<curve>& curves) {
  svg out(700, 420);
  std::vector<series> lines = lines_of(curves);
  series doubling{"sqrt(2^l)", "#999999", {}, "5 4"}, adding{"sqrt(1 + l)", "#6fa3dc", {}, "5 4"};
  for (int l = 0; l <= layers; ++l) {
    doubling.values.push_back(std::pow(2, 0.5 * l));
    adding.values.push_back(std::sqrt(1.0 + l));
  }
  lines.push_back(doubling);
  lines.push_back(adding);
  draw(out,
       {.title = "Residual stack: LayerNorm before the branch or behind the sum",
        .x_label = "block l",
        .y_label = "standard deviation of x, log scale",
        .log = true,
        .low = 0.5,
        .high = 100,
        .first = 0},
       lines, {0, 0}, 700, 420);
  return out.save(path);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seed = 1417;  // shows all known figures in one run; see README.md
  std::string folder = ".";
  bool check = false;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--seed" && i + 1 < argc) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (option == "--out" && i + 1 < argc) {
      folder = argv[++i];
    } else if (option == "--check") {
      check = true;
    } else {
      std::fprintf(stderr, "activation_statistics [--seed <number>] [--out <folder>] [--check]\n");
      return 2;
    }
  }

  const std::vector<curve> plain = plain_stack(seed), residual = residual_stack(seed);
  std::printf("Standard deviation of all activations of a layer, seed %llu\n\n", static_cast<unsigned long long>(seed));
  print("x = relu(norm(x W)), 256 samples of width 64, W ~ N(0, 1) * 0.5", "layer", plain, 1);
  std::printf(
      "IN sees the 64 activations as 8 channels of 8 positions, GN in 4 groups; pRMS measures the first 4.\n\n");
  const std::vector<spread> seeds = spread_over_seeds(seed, seed_count);
  print(seeds, seed);
  print("x = x + f(x), f(x) = relu(x U) V, and LayerNorm before f or behind the sum", "block", residual, 0);

  const std::string files[] = {folder + "/activation_statistics.svg", folder + "/residual.svg"};
  if (!draw_plain(files[0], plain) || !draw_residual(files[1], residual)) {
    std::fprintf(stderr, "cannot write into %s\n", folder.c_str());
    return 1;
  }
  const bool good = agrees_with_the_known(plain, seeds, residual);
  std::printf("\nwritten: %s, %s\n", files[0].c_str(), files[1].c_str());
#ifdef SHARING_PICTURE
  std::printf("drawn from the specification: %s, which elements share statistics\n", SHARING_PICTURE);
#endif
  return good || !check ? 0 : 1;
}
