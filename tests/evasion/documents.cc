#include <algorithm>
#include <cstdio>

#include "tests/evasion/evasion.h"

namespace sluice::test {

std::string Document(std::string_view mark) {
  std::string text;
  for (int line = 1; text.size() < 4000; ++line) text += "Line " + std::to_string(line) + ": thrust " + std::to_string(line * 7919 % 977) + " kN\n";
  text += std::string(mark) + "10\xE5\xB9\xB4\n";
  for (int line = 1; text.size() < 6000; ++line) text += "Annex " + std::to_string(line) + ": temperature " + std::to_string(line * 104729 % 1999) + " K\n";
  return text;
}

std::string Put(std::string_view body, std::string_view fields, std::string_view target) {
  return "PUT " + std::string(target) + " HTTP/1.1\r\nHost: files.example\r\n" + std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

std::string Chunked(std::string_view body, size_t chunk, std::string_view extension) {
  std::string text;
  for (size_t at = 0; at < body.size(); at += chunk) {
    const std::string_view piece = body.substr(at, chunk);
    char size[24];
    std::snprintf(size, sizeof size, "%zx", piece.size());
    text += size + std::string(extension) + "\r\n" + std::string(piece) + "\r\n";
  }
  return text + "0\r\n\r\n";
}

}  // namespace sluice::test
