// The program. Everything is in cli.cpp, where tests reach it.
#include "adapters/cli/cli.hpp"

int main(int argc, char** argv) { return akstwin::run_cli(argc, argv, akstwin::process_console()); }
