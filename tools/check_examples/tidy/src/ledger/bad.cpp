#include <string>
#include <utility>
std::string twice(std::string s) {
  std::string a = std::move(s);
  return a + s;
}
