// RMSNorm and pRMSNorm against LayerNorm in a pre-norm residual stack: loss, and time per step and in the norms.
//   rms_norm [--quick] [--seed <number>] [--out <folder>] [--images <x.npy> --labels <y.npy>]
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>

#include "networks.hpp"
#include "norms.hpp"
#include "report.hpp"

namespace {

constexpr std::size_t depth = 12, width = 128, batch_size = 64;
const std::vector<std::string> norms = {"row LN", "RMS", "pRMS", "none"};
constexpr std::size_t timed = 3;  // those that are norms

std::unique_ptr<chain> network(const options& given, const std::string& norm, std::uint64_t seed) {
  normal random(seed);
  return residual_stack(random, given.train.images.size, given.train.classes, norm, place::pre, depth, width);
}

// Of the processor, so that it does not count when others have it.
double microseconds(const std::function<void()>& function) {
  const std::clock_t start = std::clock();
  function();
  return 1e6 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

struct quartiles {
  double lower, median, upper;
  explicit quartiles(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    lower = values[values.size() / 4];
    median = values[values.size() / 2];
    upper = values[values.size() * 3 / 4];
  }
};

// Each takes its turn in every round, so that whatever else the machine does meets all of them.
std::vector<std::vector<double>> in_turn(std::size_t rounds, const std::function<void(std::size_t)>& run) {
  std::vector<std::vector<double>> times(timed);
  for (std::size_t r = 0; r < rounds; ++r)
    for (std::size_t n = 0; n < timed; ++n) times[n].push_back(microseconds([&run, n] { run(n); }));
  return times;
}

// Prints, and returns RMSNorm's median share of LayerNorm's time.
double print_times(const char* what, const std::vector<std::vector<double>>& times) {
  std::printf("\n%s\nnorm     microseconds   of LayerNorm's, median and quartiles\n", what);
  double share = 0;
  for (std::size_t n = 0; n < timed; ++n) {
    std::vector<double> ratios;
    for (std::size_t r = 0; r < times[n].size(); ++r) ratios.push_back(times[n][r] / times[0][r]);
    const quartiles all(times[n]), ratio(ratios);
    std::printf("%-8s %12.1f   %.2f (%.2f to %.2f)\n", norms[n].c_str(), all.median, ratio.median, ratio.lower,
                ratio.upper);
    if (n == 1) share = ratio.median;
  }
  return share;
}

// A step is forward, backward and Adam.
void time_steps(const options& given, std::size_t rounds) {
  std::vector<std::size_t> rows(std::min(batch_size, given.train.labels.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  const batch all = batch_of(given.train, rows);
  std::vector<std::unique_ptr<chain>> networks;
  std::vector<optimizer> methods(timed, optimizer(optimizer::kind::adam));
  for (std::size_t n = 0; n < timed; ++n) networks.push_back(network(given, norms[n], given.seed));
  const auto times = in_turn(rounds, [&](std::size_t n) {
    networks[n]->backward(cross_entropy(networks[n]->forward(all.images, mode::train), all.labels).dlogits);
    methods[n].step(*networks[n], 1e-6);
  });
  print_times(format("A step of %zu rows through %zu blocks of width %zu", rows.size(), depth, width).c_str(), times);
}

// The norm alone, ten times forward and backward, on rows that lie in cache.
double time_norms(std::size_t rounds, std::size_t row) {
  constexpr std::size_t rows = 256, times_each = 10;
  normal random(1);
  std::vector<layer_ptr> layers;
  std::vector<tensor> x(timed, tensor({rows, row})), dy(timed, tensor({rows, row}));
  for (std::size_t n = 0; n < timed; ++n) {
    layers.push_back(make_norm(norms[n], row));
    x[n].values = random.many(rows * row, 1);
    dy[n].values = random.many(rows * row, 1);
  }
  const auto times = in_turn(rounds, [&](std::size_t n) {
    for (std::size_t i = 0; i < times_each; ++i) {
      x[n] = layers[n]->forward(std::move(x[n]), mode::train);
      dy[n] = layers[n]->backward(std::move(dy[n]));
    }
  });
  return print_times(
      format("A norm alone, %zu times forward and backward, %zu rows of %zu", times_each, rows, row).c_str(), times);
}

}  // namespace

int main(int argc, char** argv) {
  const options given = read_options(argc, argv, 4000, 4000);
  const std::size_t seeds = given.quick ? 1 : 3, epochs = given.quick ? 4 : 10, points = 4 * epochs;

  std::vector<std::vector<outcome>> outcomes(norms.size(), std::vector<outcome>(seeds));
  run_all(norms.size() * seeds, [&](std::size_t index) {
    const std::size_t norm = index / seeds;
    const std::uint64_t seed = given.seed + index % seeds;
    const recipe how{.batch = batch_size,
                     .epochs = epochs,
                     .learning_rate = 0.001,
                     .method = optimizer::kind::adam,
                     .seed = seed,
                     .points = points};
    outcome& o = outcomes[norm][index % seeds] =
        train(*network(given, norms[norm], seed), how, given.train, given.test);
    return format("%s: loss %.3f, accuracy %.3f", norms[norm].c_str(), o.loss, o.accuracy);
  });

  std::printf("%zu pre-norm blocks of width %zu, Adam at rate 0.001, %zu images, %zu epochs, %zu seeds\n", depth, width,
              given.train.labels.size(), epochs, seeds);
  std::printf("pRMSNorm measures the first 6.25 %% of a row: %zu of %zu values\n\n", width / 16, width);
  std::printf("norm     final loss   accuracy   least   greatest\n");
  std::vector<summary> results;
  std::vector<series> lines;
  for (std::size_t n = 0; n < norms.size(); ++n) {
    const summary s = summarize(outcomes[n]);
    std::printf("%-8s %10.3f %10.3f %7.3f %10.3f\n", norms[n].c_str(), s.loss, s.accuracy, s.least, s.greatest);
    lines.push_back({norms[n], color(n), s.losses, n < timed ? "" : "5 4"});
    results.push_back(s);
  }
  time_steps(given, given.quick ? 50 : 400);
  double share = 0;
  for (const std::size_t row : {width, 8 * width}) share = std::max(share, time_norms(given.quick ? 50 : 400, row));

  svg picture(760, 430);
  draw(picture, loss_chart("LayerNorm, RMSNorm and pRMSNorm before each block", points, epochs), lines, {0, 0}, 760,
       430);
  save(picture, given, "rms_norm");

  claims claims(given);
  const double layer_norm = results[0].loss;
  claims.expect(results[1].loss < 1.15 * layer_norm, "RMSNorm ends below 1.15 of LayerNorm's loss");
  claims.expect(results[2].loss < 1.15 * layer_norm, "so does pRMSNorm");
  claims.expect(results[3].loss > 1.2 * layer_norm, "without a norm the loss stays above 1.2 of LayerNorm's");
  claims.expect(share < 1, "RMSNorm alone takes less time than LayerNorm");
  return claims.exit_status();
}
