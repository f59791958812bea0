// The generator's command line: what it prints, what it refuses and in which words.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "layers.hpp"
#include "options.hpp"

using namespace normfold;
using namespace normfold::axes;
using namespace normfold::generators_tests;

namespace {

struct answer {
  int status = 0;
  std::string out, err;
};

answer run(std::vector<const char*> arguments,
           const std::vector<ir::graph>& graphs = {lower(layers::layer_norm), lower(layers::rms_norm)}) {
  arguments.insert(arguments.begin(), "layers");
  std::ostringstream out, err;
  const int status = gen::run(static_cast<int>(arguments.size()), arguments.data(), graphs, out, err);
  return {status, out.str(), err.str()};
}

void refuses(const std::vector<const char*>& arguments, const std::string& part) {
  const answer got = run(arguments);
  CAPTURE(got.err);
  CHECK(got.status == 1);
  CHECK(got.err.starts_with("normfold: "));
  CHECK(got.err.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("what is asked for is printed") {
  CHECK(run({"--list"}).out == "layer_norm\nrms_norm\n");
  CHECK(run({"--describe"})
            .out.starts_with("layer<\"layer_norm\">(N, T, C) | over(C) | center | scale | affine(C)\n  over(C)\n"));
  CHECK(run({"--graph"}).out.starts_with("layer_norm:\n  %0 = input x"));
  CHECK(run({"--plan"}).out.starts_with("layer_norm (infer)\n  nest: "));
}

TEST_CASE("a mistake is one sentence that says what fits") {
  refuses({"--types", "f23"}, "f32, f64, bf16, f16");
  refuses({"--directions", "sideways"}, "infer");
  refuses({"--backends", "abacus"}, "highway");
  refuses({"--colour"}, "no option '--colour'");
  for (const char* parts : {"0", "-1", "two", "1000", ""}) refuses({"--parts", parts}, "from 1 to 999");
  refuses({"--out"}, "--out needs a value");
  refuses({"--orders", "NHWC"}, "layer_norm has NTC");
  CHECK(run({"--list"}, {}).status == 1);
  CHECK(run({"--plan"}, {lower(layers::layer_norm), lower(layers::layer_norm)}).err.find("two layers are named") !=
        std::string::npos);
}

TEST_CASE("a name that a gradient has is refused where gradients are asked for") {
  const ir::graph taken = lower(layer<"taken">(T, C) | add(operand<"dy">) | over(C) | scale | gain(param<"a">(C)));
  const ir::graph free = lower(layer<"free">(T, C) | add(operand<"d">) | over(C) | scale | gain(param<"dd2">(C)));
  CHECK(run({"--plan"}, {taken}).err.empty());
  CHECK(run({"--plan", "--directions", "backward"}, {free}).err.empty());
  CHECK(run({"--plan", "--directions", "backward"}, {taken}).err.find("named 'dy', and so is the gradient of 'y'") !=
        std::string::npos);
}

TEST_CASE("a name that is no identifier gets no file") {
  for (const char* name : {"a/b", "../up", "a b", "a;b", "9a", "", "a\"b", "ä"}) {
    CAPTURE(name);
    refuses({"--out", "never", "--name", name}, "is not a C identifier");
    CHECK_FALSE(std::ifstream("never/" + std::string(name) + ".h"));
  }
}
