// Why transformers moved the norm: a deep residual stack with LayerNorm before each branch (pre-norm) or behind each
// sum (post-norm): the gradient of each block before training, and training without warm-up and with it.
//   residual_order [--quick] [--seed <number>] [--out <folder>] [--images <x.npy> --labels <y.npy>]
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "networks.hpp"
#include "report.hpp"

namespace {

constexpr std::size_t depth = 24, width = 64;

struct trial {
  const char* name;
  place where;
  double warm_up;
  std::vector<outcome> seeds{};
  std::vector<std::vector<double>> gradients{};  // of each seed and block
};

// The length of the gradient of each block's parameters, on 256 images.
std::vector<double> gradient_by_depth(chain& network, const dataset& data) {
  std::vector<std::size_t> rows(std::min<std::size_t>(256, data.labels.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
  const batch all = batch_of(data, rows);
  network.backward(cross_entropy(network.forward(all.images, mode::train), all.labels).dlogits);
  std::vector<double> out;
  for (std::size_t d = 1; d <= depth; ++d) out.push_back(gradient_length(*network.layers()[d]));
  return out;
}

std::vector<double> mean(const std::vector<std::vector<double>>& seeds) {
  std::vector<double> out(depth);
  for (std::size_t d = 0; d < depth; ++d)
    for (const std::vector<double>& each : seeds) out[d] += each[d] / static_cast<double>(seeds.size());
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const options given = read_options(argc, argv, 4000, 4000);
  const std::size_t seeds = given.quick ? 1 : 3, epochs = given.quick ? 8 : 10, points = 4 * epochs;

  std::vector<trial> trials = {
      {"pre-norm", place::pre, 0}, {"post-norm", place::post, 0}, {"post-norm, warm-up", place::post, 0.2}};
  for (trial& t : trials) {
    t.seeds.resize(seeds);
    t.gradients.resize(seeds);
  }
  run_all(trials.size() * seeds, [&](std::size_t index) {
    trial& t = trials[index / seeds];
    const std::uint64_t seed = given.seed + index % seeds;
    normal random(seed);
    const auto network =
        residual_stack(random, given.train.images.size, given.train.classes, "row LN", t.where, depth, width);
    t.gradients[index % seeds] = gradient_by_depth(*network, given.train);
    const recipe how{.batch = 64,
                     .epochs = epochs,
                     .learning_rate = 0.001,
                     .warm_up = t.warm_up,
                     .method = optimizer::kind::adam,
                     .seed = seed,
                     .points = points};
    outcome& o = t.seeds[index % seeds] = train(*network, how, given.train, given.test);
    return format("%s: loss %.3f, accuracy %.3f", t.name, o.loss, o.accuracy);
  });

  const std::vector<double> pre = mean(trials[0].gradients), post = mean(trials[1].gradients);
  std::printf("%zu residual blocks of width %zu with LayerNorm, %zu seeds\n\nLength of the gradient before training\n",
              depth, width, seeds);
  std::printf("block       pre-norm  post-norm\n");
  for (std::size_t d = 0; d < depth; d += d == 0 ? 3 : 4) std::printf("%-10zu %9.2f %10.2f\n", d + 1, pre[d], post[d]);
  std::printf("\nTraining with Adam at rate 0.001, %zu images, %zu epochs\n", given.train.labels.size(), epochs);
  std::printf("order                final loss   accuracy   least   greatest\n");
  std::vector<summary> results;
  std::vector<series> lines;
  for (const trial& t : trials) {
    const summary s = summarize(t.seeds);
    std::printf("%-20s %10.3f %10.3f %7.3f %10.3f\n", t.name, s.loss, s.accuracy, s.least, s.greatest);
    lines.push_back({t.name, color(lines.size()), s.losses, t.warm_up > 0 ? "5 4" : ""});
    results.push_back(s);
  }

  svg picture(1180, 430);
  chart how{.title = "Before training",
            .x_label = "block",
            .y_label = "length of the gradient",
            .low = 0,
            .high = std::ceil(2 * *std::max_element(post.begin(), post.end())) / 2,
            .step = 0.5};
  for (std::size_t d = 1; d <= depth; ++d) how.ticks.push_back(d == 1 || d % 4 == 0 ? std::to_string(d) : "");
  draw(picture, how, {{"pre-norm", color(0), pre}, {"post-norm", color(1), post}}, {0, 0}, 560, 430);
  draw(picture, loss_chart("Training at once, and with warm-up", points, epochs), lines, {560, 0}, 620, 430);
  save(picture, given, "residual_order");

  claims claims(given);
  claims.expect(post.back() > 2 * pre.back(), "the last block's gradient is more than twice as long with post-norm");
  claims.expect(post.back() > 1.3 * post.front() && pre.back() < pre.front() / 1.3,
                "from the first block to the last, gradients grow with post-norm and shrink with pre-norm");
  claims.expect(results[0].loss < 0.75 * results[1].loss,
                "without warm-up pre-norm ends below 0.75 of the loss of post-norm");
  claims.expect(results[2].loss < 0.9 * results[1].loss, "warm-up brings post-norm below 0.9 of its loss without");
  return claims.exit_status();
}
