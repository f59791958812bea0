// The command line that all four programs share.
#pragma once

#include <string>

#include "images.hpp"

struct options {
  bool quick = false;  ///< the shortened form that tests run
  std::string out = ".", images, labels;
  std::uint64_t seed = 1;

  dataset train, test;
};

/// Reads the command line and draws or reads the images. Ends the program with a sentence where it cannot.
options read_options(int argc, char** argv, std::size_t train_count, std::size_t quick_train_count);
