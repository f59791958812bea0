// Outputs in which one page appears again and again: what is the same memory, and whose.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <one_page.hpp>
#include <vector>

namespace {

constexpr std::size_t row = 1024, rows = 64;  // a page of floats, and how many
const bench::workload work = bench::layer_norm_of(rows, row);

// Rows of one tensor by tasks of eight.
void write_rows(float* y, const normfold_context& context) {
  context.parallel_for(
      context.parallel_state, rows / 8,
      [](void* data, std::size_t index) {
        for (std::size_t i = index * 8 * row; i < (index + 1) * 8 * row; ++i) static_cast<float*>(data)[i] = 1;
      },
      y);
}

}  // namespace

TEST_CASE("what is no larger than a page, or takes too many, is left out") {
  CHECK(bench::one_page::make(bench::layer_norm_of(1, row), 1) == nullptr);
  CHECK(bench::one_page::make(bench::layer_norm_of(std::size_t{1} << 17, row), 1) == nullptr);
}

#ifdef __linux__
TEST_CASE("with one thread, all of an output is one page and the rest is as it was") {
  const auto pages = bench::one_page::make(work, 1);
  REQUIRE(pages != nullptr);
  CHECK(pages->is_shared_out());
  bench::tensors t;
  float x = 0;
  t[bench::role::x] = &x;
  const bench::tensors here = pages->instead_of(t);
  CHECK(here[bench::role::x] == &x);
  float* y = here.as<float>(bench::role::y);
  for (std::size_t i = 0; i < rows; ++i) {
    y[i * row + 5] = static_cast<float>(i);
    CHECK(y[5] == static_cast<float>(i));
  }
}

TEST_CASE("a large tensor is made of larger pieces") {
  const auto pages = bench::one_page::make(bench::layer_norm_of(std::size_t{1} << 16, row), 1);
  REQUIRE(pages != nullptr);
  float* y = pages->instead_of({}).as<float>(bench::role::y);
  y[0] = 1;
  y[row] = 2;
  CHECK(y[0] == 1);
  CHECK(y[(std::size_t{1} << 15) * row] == 1);
}

TEST_CASE("what a thread takes at once has a page of its own") {
  const auto pages = bench::one_page::make(work, 2);
  REQUIRE(pages != nullptr);
  CHECK_FALSE(pages->is_shared_out());
  std::vector<float> real(rows * row);
  bench::tensors t;
  t[bench::role::y] = real.data();
  write_rows(real.data(), pages->chunks(t));
  CHECK(pages->is_shared_out());
  CHECK(real[rows * row - 1] == 1);
  float* y = pages->instead_of(t).as<float>(bench::role::y);
  for (std::size_t i = 0; i < rows; ++i) y[i * row] = static_cast<float>(i / 8);
  for (std::size_t i = 0; i < rows; ++i) CHECK(y[i * row] == static_cast<float>(i / 8));  // none was written by others
  y[row] = 100;
  CHECK(y[0] == 100);
}
#endif
