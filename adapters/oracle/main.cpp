/// Replays recorded controller decisions: oracle_runner SUITE FILE.jsonl[.gz]
#include <iostream>
#include <string>
#include <vector>

#include "adapters/oracle/runner.hpp"

int main(int argc, char** argv) {
  return akstwin::run_oracle(std::vector<std::string>(argv + 1, argv + argc), std::cout, std::cerr);
}
