// doctest's main for the tests of the -inl.h files. A new file of tests is one name in CMakeLists.txt.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>
