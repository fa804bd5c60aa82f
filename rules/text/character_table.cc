#include "rules/text/character_table.h"

#include <iconv.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <string>

#include "rules/text/character.h"

namespace sluice::text {
namespace {

using model::Encoding;
constexpr size_t kEncodings = static_cast<size_t>(Encoding::kCount);

// As iconv calls the set, in the variant that the world writes; nullptr where no table is needed.
const char* IconvName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kGb18030: return "GB18030";
    case Encoding::kBig5: return "CP950";
    case Encoding::kShiftJis: return "CP932";
    case Encoding::kEucJp: return "EUC-JP";
    case Encoding::kEucKr: return "CP949";
    case Encoding::kKoi8R: return "KOI8-R";
    case Encoding::kWindows1251: return "CP1251";
    case Encoding::kCp866: return "CP866";
    case Encoding::kWindows1252: return "CP1252";
    default: return nullptr;
  }
}

// The eight-bit set whose table a seven-bit one is read through.
Encoding TableEncoding(Encoding encoding) {
  if (encoding == Encoding::kHz) return Encoding::kGb18030;
  if (encoding == Encoding::kIso2022Jp) return Encoding::kEucJp;
  return encoding;
}

class Converter {
 public:
  explicit Converter(const char* from) : handle_(iconv_open("UTF-16LE", from)) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (ok()) iconv_close(handle_);
  }
  bool ok() const { return handle_ != kInvalid; }

  // The one character of the basic plane that these bytes are, or 0.
  char16_t Convert(char* bytes, size_t size) {
    (void)iconv(handle_, nullptr, nullptr, nullptr, nullptr);  // to its first state; cannot fail
    std::array<char16_t, 4> units{};
    char* out = reinterpret_cast<char*>(units.data());
    size_t room = sizeof units;
    const size_t result = iconv(handle_, &bytes, &size, &out, &room);
    const bool one_unit = result == 0 && size == 0 && room == sizeof units - sizeof(char16_t);
    return one_unit ? units[0] : char16_t{0};
  }

 private:
  static inline const iconv_t kInvalid = reinterpret_cast<iconv_t>(-1);
  iconv_t handle_;
};

std::array<std::atomic<const CharacterTable*>, kEncodings> published;

// Four-byte characters of the basic plane have leads 0x81 to 0x84 (GB 18030-2005, table 1).
constexpr unsigned kFourLeads = 4, kFourThirds = 126, kDigits = 10, kFirstHigh = 0x81, kFirstDigit = 0x30;
constexpr unsigned kThreeSide = 94, kFirstThree = 0xa1;

}  // namespace

template <typename Converter>
void CharacterTable::FillLonger(Converter& converter, std::string_view name) {
  std::array<char, 4> bytes{};
  if (name == "GB18030") {
    four_.resize(size_t{kFourLeads} * kDigits * kFourThirds * kDigits);
    for (size_t i = 0; i < four_.size(); ++i) {
      bytes = {static_cast<char>(kFirstHigh + i / (kDigits * kFourThirds * kDigits)), static_cast<char>(kFirstDigit + i / (kFourThirds * kDigits) % kDigits),
               static_cast<char>(kFirstHigh + i / kDigits % kFourThirds), static_cast<char>(kFirstDigit + i % kDigits)};
      four_[i] = converter.Convert(bytes.data(), 4);
    }
  }
  if (name == "EUC-JP") {
    three_.resize(size_t{kThreeSide} * kThreeSide);
    for (size_t i = 0; i < three_.size(); ++i) {
      bytes = {'\x8f', static_cast<char>(kFirstThree + i / kThreeSide), static_cast<char>(kFirstThree + i % kThreeSide), 0};
      three_[i] = converter.Convert(bytes.data(), 3);
    }
  }
}

Status CharacterTable::Fill(const char* name) {
  Converter converter(name);
  if (!converter.ok()) {
    return Error::FromErrno(errno, "the system's iconv does not know the character set " + std::string(name) +
                                       ", which patterns of this policy use");
  }
  for (unsigned lead = 0; lead < 256; ++lead) {
    std::array<char, 2> bytes = {static_cast<char>(lead), 0};
    single_[lead] = converter.Convert(bytes.data(), 1);
    for (unsigned trail = 0x20; lead >= 0x80 && single_[lead] == 0 && trail < 256; ++trail) {
      bytes[1] = static_cast<char>(trail);
      pair_[lead - 0x80][trail] = converter.Convert(bytes.data(), 2);
    }
  }
  FillLonger(converter, name);
  return {};
}

char32_t CharacterTable::Four(uint8_t first, uint8_t second, uint8_t third, uint8_t fourth) const noexcept {
  const unsigned a = first - kFirstHigh, b = second - kFirstDigit, c = third - kFirstHigh, d = fourth - kFirstDigit;
  if (four_.empty() || a >= kFourLeads || b >= kDigits || c >= kFourThirds || d >= kDigits) return 0;
  return four_[((a * kDigits + b) * kFourThirds + c) * kDigits + d];
}

char32_t CharacterTable::Three(uint8_t second, uint8_t third) const noexcept {
  const unsigned a = second - kFirstThree, b = third - kFirstThree;
  return three_.empty() || a >= kThreeSide || b >= kThreeSide ? 0 : three_[a * kThreeSide + b];
}

const CharacterTable* TableOf(Encoding encoding) noexcept {
  return published[static_cast<size_t>(encoding)].load(std::memory_order_acquire);
}

Status PrepareCharacters(Encoding encoding) {
  static std::mutex mutex;
  static std::array<std::unique_ptr<const CharacterTable>, kEncodings> tables;
  const Encoding eight_bit = TableEncoding(encoding);
  const char* name = IconvName(eight_bit);
  if (name == nullptr) return {};
  const std::lock_guard lock(mutex);
  const auto index = static_cast<size_t>(eight_bit);
  if (tables[index]) return {};
  auto table = std::make_unique<CharacterTable>();
  if (const Status status = table->Fill(name); !status) return status;
  published[index].store(table.get(), std::memory_order_release);
  tables[index] = std::move(table);
  return {};
}

}  // namespace sluice::text
