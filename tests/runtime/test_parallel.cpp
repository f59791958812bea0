// parallel.h: every task runs exactly once, whatever the executor, the sizes and the company.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include "normfold/runtime/check.h"
#include "normfold/runtime/parallel.h"

namespace {

/// Runs `tasks` tasks and says whether each ran once.
bool runs_each_once(const normfold_context& context, std::size_t tasks) {
  std::vector<std::atomic<int>> counts(tasks + 1);
  normfold_run(
      &context, tasks, [](void* data, std::size_t i) { ++(*static_cast<std::vector<std::atomic<int>>*>(data))[i]; },
      &counts);
  for (std::size_t i = 0; i < tasks; ++i) {
    if (counts[i] != 1) return false;
  }
  return counts[tasks] == 0;
}

void check_executor(const normfold_context& context) {
  REQUIRE(normfold_check_context(&context) == NORMFOLD_OK);
  for (const std::size_t tasks : {0U, 1U, 2U, 3U, 7U, 64U, 1000U, 4099U}) {
    CAPTURE(tasks);
    CHECK(runs_each_once(context, tasks));
  }
}

}  // namespace

TEST_CASE("serial") { check_executor(normfold::serial()); }

#ifdef _OPENMP
TEST_CASE("OpenMP") { check_executor(normfold::openmp()); }
#endif

#ifdef NORMFOLD_WITH_TBB
TEST_CASE("oneTBB") { check_executor(normfold::onetbb()); }
#endif

TEST_CASE("thread_pool: any number of threads") {
  for (const unsigned threads : {1U, 2U, 3U, 8U, 0U}) {
    normfold::thread_pool pool(threads);
    CAPTURE(pool.size());
    if (threads != 0) CHECK(pool.size() == threads);
    check_executor(pool.context());
  }
}

TEST_CASE("thread_pool: a thread begins with the same tasks in each call") {
  static constexpr std::size_t threads = 4;
  normfold::thread_pool pool(threads);
  struct call {
    std::atomic<std::size_t> begun{0};
    std::thread::id by[threads];
  };
  const auto one_each = [&] {
    call c;
    pool.run(
        threads,
        [](void* data, std::size_t i) {
          call& in = *static_cast<call*>(data);
          in.by[i] = std::this_thread::get_id();
          ++in.begun;
          while (in.begun.load() < threads) std::this_thread::yield();  // so that no thread takes two
        },
        &c);
    return std::vector<std::thread::id>(c.by, c.by + threads);
  };
  const std::vector<std::thread::id> first = one_each();
  CHECK(first[0] == std::this_thread::get_id());
  for (int i = 0; i < 50; ++i) CHECK(one_each() == first);
}

TEST_CASE("thread_pool: thousands of short calls, some after the workers fell asleep") {
  normfold::thread_pool pool(3);
  const normfold_context context = pool.context();
  bool all = true;
  for (int call = 0; call < 3000; ++call) {
    if (call % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    all = all && runs_each_once(context, static_cast<std::size_t>(2 + call % 13));
  }
  CHECK(all);
}

TEST_CASE("thread_pool: the caller sleeps until a slow worker is done") {
  normfold::thread_pool pool(2);
  const normfold_context context = pool.context();
  struct state {
    std::thread::id caller;
    std::atomic<int> done{0};
  } shared{std::this_thread::get_id(), {}};
  normfold_run(
      &context, 8,
      [](void* data, std::size_t) {
        auto& mine = *static_cast<state*>(data);
        std::this_thread::sleep_for(std::chrono::milliseconds(std::this_thread::get_id() == mine.caller ? 1 : 10));
        ++mine.done;
      },
      &shared);
  CHECK(shared.done == 8);
}

TEST_CASE("thread_pool: calls from several threads and from within a task") {
  normfold::thread_pool pool(3);
  const normfold_context context = pool.context();
  std::atomic<int> good{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 3; ++caller) {
    callers.emplace_back([&context, &good] {
      for (int call = 0; call < 200; ++call) good += runs_each_once(context, 33) ? 1 : 0;
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(good == 600);

  struct state {
    const normfold_context* context;
    std::atomic<int> good{0};
  } outer{&context, {}};
  normfold_run(
      &context, 10,
      [](void* data, std::size_t) {
        auto& mine = *static_cast<state*>(data);
        mine.good += runs_each_once(*mine.context, 17) ? 1 : 0;
      },
      &outer);
  CHECK(outer.good == 10);
}

TEST_CASE("thread_pool: created and dropped without a call") {
  for (int i = 0; i < 20; ++i) CHECK(normfold::thread_pool(3).size() == 3);
}
