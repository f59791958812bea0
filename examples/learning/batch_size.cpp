// What batch size does to each norm: accuracy with BatchNorm falls at two images a batch, the others do not care.
//   batch_size [--quick] [--seed <number>] [--out <folder>] [--images <x.npy> --labels <y.npy>]
#include <algorithm>
#include <cstdio>

#include "networks.hpp"
#include "report.hpp"

namespace {

// As in Goyal et al. 2017, arXiv:1706.02677: the learning rate is proportional to the batch.
constexpr double rate_per_image = 0.1 / 32;

struct trial {
  std::string norm;
  std::size_t batch;
  std::vector<outcome> seeds;
};

}  // namespace

int main(int argc, char** argv) {
  const options given = read_options(argc, argv, 4000, 4000);
  const std::size_t seeds = given.quick ? 1 : 3, epochs = 8;
  const std::vector<std::string> norms =
      given.quick ? std::vector<std::string>{"BN", "GN"} : std::vector<std::string>{"BN", "GN", "LN", "IN"};
  const std::vector<std::size_t> batches =
      given.quick ? std::vector<std::size_t>{2, 32} : std::vector<std::size_t>{2, 4, 8, 16, 32};

  std::vector<trial> trials;
  for (const std::string& norm : norms)
    for (const std::size_t batch : batches) trials.push_back({norm, batch, std::vector<outcome>(seeds)});
  run_all(trials.size() * seeds, [&](std::size_t index) {
    trial& t = trials[index / seeds];
    const std::uint64_t seed = given.seed + index % seeds;
    normal random(seed);
    const auto network = image_network(random, given.train.images.size, given.train.classes, t.norm);
    const recipe how{.batch = t.batch,
                     .epochs = epochs,
                     .learning_rate = rate_per_image * static_cast<double>(t.batch),
                     .seed = seed};
    outcome& o = t.seeds[index % seeds] = train(*network, how, given.train, given.test);
    return format("%s, %zu a batch: loss %.3f, accuracy %.3f", t.norm.c_str(), t.batch, o.loss, o.accuracy);
  });

  std::printf(
      "Accuracy over batch size: %zu images, %zu epochs, rate 0.1 * batch / 32; mean (least to greatest) of %zu"
      " seeds\n\nbatch ",
      given.train.labels.size(), epochs, seeds);
  for (const std::string& norm : norms) std::printf("  %-22s", norm.c_str());
  std::vector<series> lines;
  for (const std::string& norm : norms) lines.push_back({norm, color(lines.size()), {}});
  for (std::size_t b = 0; b < batches.size(); ++b) {
    std::printf("\n%-6zu", batches[b]);
    for (std::size_t n = 0; n < norms.size(); ++n) {
      const summary s = summarize(trials[n * batches.size() + b].seeds);
      std::printf("  %.3f (%.3f to %.3f)", s.accuracy, s.least, s.greatest);
      lines[n].values.push_back(s.accuracy);
    }
  }
  std::printf("\n");

  svg picture(700, 420);
  chart how{.title = "Accuracy over batch size", .x_label = "images in a batch", .y_label = "accuracy on new images"};
  for (const std::size_t batch : batches) how.ticks.push_back(std::to_string(batch));
  draw(picture, how, lines, {0, 0}, 700, 420);
  save(picture, given, "batch_size");

  claims claims(given);
  const std::vector<double>&bn = lines[0].values, &gn = lines[1].values;
  claims.expect(bn.back() - bn.front() > 0.06,
                "BatchNorm loses more than 0.06 of accuracy from 32 images a batch to 2");
  claims.expect(gn.back() - gn.front() < 0.04, "GroupNorm loses less than 0.04");
  claims.expect(gn.front() - bn.front() > 0.06, "with 2 images a batch GroupNorm is better by more than 0.06");
  return claims.exit_status();
}
