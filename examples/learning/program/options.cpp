// The command line (options.hpp).
#include "options.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>

namespace {

constexpr std::size_t test_share = 4;  // one test image for as many training images

dataset slice(const dataset& from, std::size_t first, std::size_t last) {
  shape size = from.images.size;
  size.n = last - first;
  dataset out{tensor(size), {}, from.classes};
  std::copy_n(from.images.sample(first), size.count(), out.images.data());
  for (std::size_t i = first; i < last; ++i) out.labels.push_back(from.labels[i]);
  return out;
}

}  // namespace

options read_options(int argc, char** argv, std::size_t train_count, std::size_t quick_train_count) {
  options out;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    const bool has_value = i + 1 < argc;
    if (option == "--quick") {
      out.quick = true;
    } else if (option == "--out" && has_value) {
      out.out = argv[++i];
    } else if (option == "--seed" && has_value) {
      out.seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (option == "--images" && has_value) {
      out.images = argv[++i];
    } else if (option == "--labels" && has_value) {
      out.labels = argv[++i];
    } else {
      std::fprintf(stderr, "%s [--quick] [--seed <number>] [--out <folder>] [--images <x.npy> --labels <y.npy>]\n",
                   argv[0]);
      std::exit(2);
    }
  }
  const std::size_t train = out.quick ? quick_train_count : train_count, test = train / test_share;
  try {
    const dataset all =
        out.images.empty() ? draw_shapes(train + test, out.seed) : read_npy(out.images, out.labels, train + test);
    const std::size_t tested = all.labels.size() / (test_share + 1), trained = all.labels.size() - tested;
    if (tested == 0) throw std::runtime_error(out.images + " has too few images.");
    out.train = slice(all, 0, trained);
    out.test = slice(all, trained, all.labels.size());
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    std::exit(2);
  }
  return out;
}
