// What BatchNorm is for: the same small convolutional network with and without it, at three learning rates.
//   batch_norm [--quick] [--seed <number>] [--out <folder>] [--images <x.npy> --labels <y.npy>]
#include <cstdio>

#include "networks.hpp"
#include "report.hpp"

namespace {

const char* const norms[] = {"none", "BN"};
constexpr double rates[] = {0.03, 0.1, 0.3};

struct trial {
  std::size_t norm, rate;
  std::vector<outcome> seeds;
};

}  // namespace

int main(int argc, char** argv) {
  const options given = read_options(argc, argv, 4000, 4000);
  const std::size_t seeds = given.quick ? 1 : 3, epochs = given.quick ? 6 : 12, points = 4 * epochs;

  std::vector<trial> trials;
  for (std::size_t norm = 0; norm < 2; ++norm)
    for (std::size_t rate = 0; rate < 3; ++rate) trials.push_back({norm, rate, std::vector<outcome>(seeds)});
  run_all(trials.size() * seeds, [&](std::size_t index) {
    trial& t = trials[index / seeds];
    const std::uint64_t seed = given.seed + index % seeds;
    normal random(seed);
    const auto network = image_network(random, given.train.images.size, given.train.classes, norms[t.norm]);
    outcome& o = t.seeds[index % seeds] =
        train(*network, {.epochs = epochs, .learning_rate = rates[t.rate], .seed = seed, .points = points}, given.train,
              given.test);
    return format("%s at rate %g: loss %.3f, accuracy %.3f", norms[t.norm], rates[t.rate], o.loss, o.accuracy);
  });

  std::printf("Four convolutions with and without BatchNorm: %zu images, %zu epochs in batches of 32, %zu seeds\n\n",
              given.train.labels.size(), epochs, seeds);
  std::printf("norm   rate   final loss   accuracy   least   greatest\n");
  std::vector<summary> results;
  std::vector<series> lines;
  for (const trial& t : trials) {
    const summary s = summarize(t.seeds);
    std::printf("%-6s %-6g %10.3f %10.3f %7.3f %10.3f\n", norms[t.norm], rates[t.rate], s.loss, s.accuracy, s.least,
                s.greatest);
    lines.push_back(
        {format("%s, rate %g", norms[t.norm], rates[t.rate]), color(t.rate), s.losses, t.norm == 0 ? "5 4" : ""});
    results.push_back(s);
  }

  svg picture(760, 430);
  draw(picture, loss_chart("The same network with and without BatchNorm", points, epochs), lines, {0, 0}, 760, 430);
  save(picture, given, "batch_norm");

  claims claims(given);
  const summary *none = results.data(), *bn = none + 3;
  claims.expect(bn[2].accuracy > none[2].accuracy + 0.1,
                "at the greatest rate, accuracy with BatchNorm is higher by more than 0.1");
  claims.expect(bn[2].loss < 0.7 * none[2].loss, "and its loss is below 0.7 of the loss without");
  return claims.exit_status();
}
