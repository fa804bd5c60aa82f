// The United States: banner lines, portion marks, authority blocks, controlled unclassified information, distribution
// statements (DoDM 5200.01, volume 2; 32 CFR 2001 and 2002; DoDI 5230.24).
//
// CLASS//SCI//SAP//AEA//FGI//DISSEM//NON-IC: "//" between categories, "/" within one, "-" before a compartment, a space
// before a sub-compartment, a comma in lists of countries.
#include "rules/marking/grammars.h"
#include "rules/marking/period.h"

namespace sluice::marking {
namespace {

using model::Marking;
using model::MarkingKind;
using model::Nation;

struct ControlWord {
  std::u32string_view text;
  std::string_view caveat;
};
// In banners and portions. A longer word stands before one that it begins with.
constexpr ControlWord kControls[] = {
    {U"SPECIAL ACCESS REQUIRED", "SAR"}, {U"SAR", "SAR"}, {U"WAIVED", "WAIVED"}, {U"TALENT KEYHOLE", "TK"}, {U"TK", "TK"}, {U"KDK", "KDK"}, {U"HCS", "HCS"},
    {U"COMINT", "SI"}, {U"SI", "SI"}, {U"GAMMA", "GAMMA"}, {U"G", "GAMMA"}, {U"RSV", "RSV"}, {U"BUR", "BUR"}, {U"FRD", "FRD"}, {U"RD", "RD"}, {U"CNWDI", "CNWDI"},
    {U"DOD UCNI", "UCNI"}, {U"DOE UCNI", "UCNI"}, {U"UCNI", "UCNI"}, {U"TFNI", "TFNI"}, {U"ATOMAL", "ATOMAL"}, {U"BOHEMIA", "BOHEMIA"}, {U"BALK", "BALK"},
    {U"RISK SENSITIVE", "RSEN"}, {U"RSEN", "RSEN"}, {U"RS", "RSEN"}, {U"FOR OFFICIAL USE ONLY", "FOUO"}, {U"FOUO", "FOUO"}, {U"ORCON-USGOV", "ORCON-USGOV"},
    {U"OC-USGOV", "ORCON-USGOV"}, {U"ORCON", "ORCON"}, {U"OC", "ORCON"}, {U"CONTROLLED IMAGERY", "IMCON"}, {U"IMCON", "IMCON"}, {U"IMC", "IMCON"},
    {U"NOFORN", "NOFORN"}, {U"NF", "NOFORN"}, {U"PROPIN", "PROPIN"}, {U"PROPRIETARY", "PROPIN"}, {U"PR", "PROPIN"}, {U"RELIDO", "RELIDO"}, {U"DSEN", "DSEN"},
    {U"DEA SENSITIVE", "DSEN"}, {U"FISA", "FISA"}, {U"LIMDIS", "LIMDIS"}, {U"DS", "LIMDIS"}, {U"EXDIS", "EXDIS"}, {U"XD", "EXDIS"}, {U"NODIS", "NODIS"}, {U"ND", "NODIS"},
    {U"SBU NOFORN", "SBU"}, {U"SBU-NF", "SBU"}, {U"SBU", "SBU"}, {U"LAW ENFORCEMENT SENSITIVE", "LES"}, {U"LES NOFORN", "LES"}, {U"LES-NF", "LES"}, {U"LES", "LES"},
    {U"SSI", "SSI"}, {U"ACCM", "ACCM"}};
constexpr ControlWord kCuiCategories[] = {
    {U"CTI", "CTI"}, {U"EXPTR", "EXPT"}, {U"EXPT", "EXPT"}, {U"NNPI", "NNPI"}, {U"DCRIT", "DCRIT"}, {U"PRVCY", "PRVCY"}, {U"PROPIN", "PROPIN"},
    {U"PROCURE", "PROCURE"}, {U"PCII", "PCII"}, {U"CVI", "CVI"}, {U"SSI", "SSI"}, {U"CHRI", "CHRI"}, {U"LEI", "LEI"}, {U"OPSEC", "OPSEC"}, {U"PHYS", "PHYS"},
    {U"INTEL", "INTEL"}, {U"NUC", "NUC"}, {U"UCNI", "UCNI"}, {U"HLTH", "HLTH"}, {U"TAX", "TAX"}, {U"ISVI", "ISVI"}, {U"INV", "INV"}, {U"ADPO", "ADPO"}};
constexpr ControlWord kCuiControls[] = {{U"NOFORN", "NOFORN"}, {U"FED ONLY", "FED ONLY"}, {U"FEDCON", "FEDCON"}, {U"NOCON", "NOCON"}, {U"DL ONLY", "DL ONLY"}, {U"RELIDO", "RELIDO"}};

// Entries of one marking beyond this are not looked at.
constexpr size_t kMostEntries = 32;

// A word ends where no letter or digit goes on; a compartment or list may follow.
template <size_t N>
bool TakeControlWord(Cursor& c, const ControlWord (&words)[N], Marking& marking) {
  const size_t begin = c.at();
  for (const ControlWord& word : words) {
    if (c.TakeText(word.text) && !IsWordCharacter(c.Peek())) {
      AddCaveat(marking, word.caveat);
      return true;
    }
    c.Seek(begin);
  }
  return false;
}

// USA, GBR or CAN GBR USA; false where none stands.
bool TakeCountries(Cursor& c, Marking& marking) {
  size_t taken = 0;
  for (size_t i = 0; i < kMostEntries; ++i) {
    const size_t begin = c.at();
    if (i > 0) c.Take(U',');
    c.TakeSpaces(2);
    if (!TakeCountry(c, marking) || IsWordCharacter(c.Peek())) {
      c.Seek(begin);
      break;
    }
    ++taken;
  }
  return taken > 0;
}

bool TakeReleasable(Cursor& c, Marking& marking) {
  const struct {
    std::u32string_view text;
    std::string_view caveat;
  } kWords[] = {{U"REL TO", "REL TO"}, {U"REL", "REL TO"}, {U"DISPLAY ONLY", "DISPLAY ONLY"}, {U"EYES ONLY", "EYES ONLY"}, {U"FGI", "FGI"}, {U"JOINT", "JOINT"}};
  for (const auto& word : kWords) {
    const size_t begin = c.at();
    if (c.TakeText(word.text) && !IsWordCharacter(c.Peek())) {
      AddCaveat(marking, word.caveat);
      TakeCountries(c, marking);
      return true;
    }
    c.Seek(begin);
  }
  const size_t begin = c.at();
  const Marking before = marking;
  if (TakeCountries(c, marking) && c.TakeText(U" EYES ONLY")) {
    AddCaveat(marking, "EYES ONLY");
    return true;
  }
  marking = before;
  c.Seek(begin);
  return false;
}

// Nicknames, compartments and sub-compartments: the rest of an entry, which is content and is not kept. Ends at a slash, at
// the end of a portion or line, or behind two words.
void PassCompartments(Cursor& c) {
  constexpr size_t kLongest = 40;
  if (c.Peek() != U'-' && !(c.Peek() == U' ' && (IsCapital(c.Peek(1)) || IsDigit(c.Peek(1))))) return;
  for (size_t i = 0; i < kLongest; ++i) {
    const char32_t next = c.Peek();
    if (!IsCapital(next) && !IsDigit(next) && next != U' ' && next != U'-' && next != U',') return;
    c.Advance();
  }
}

template <typename TakeEntry>
size_t TakeEntries(Cursor& c, Marking& marking, TakeEntry take) {
  size_t known = 0;
  for (size_t i = 0; i < kMostEntries; ++i) {
    const size_t begin = c.at();
    if (i > 0 && !c.Take(U'/')) break;
    if (i > 0) c.Take(U'/');
    c.TakeSpaces(1);
    if (!take(c, marking)) {
      c.Seek(begin);
      break;
    }
    ++known;
    PassCompartments(c);
  }
  return known;
}

bool TakeControl(Cursor& c, Marking& marking) {
  if (TakeReleasable(c, marking)) return true;
  if (!TakeControlWord(c, kControls, marking)) return false;
  // Atomic energy information names its kind behind a hyphen.
  if (c.TakeText(U"-SIGMA") || c.TakeText(U"-SG")) AddCaveat(marking, "SIGMA");
  if (c.TakeText(U"-CNWDI")) AddCaveat(marking, "CNWDI");
  return true;
}
bool TakeCuiEntry(Cursor& c, Marking& marking) {
  const bool specified = c.TakeText(U"SP-");
  if (TakeControlWord(c, kCuiCategories, marking) || TakeControlWord(c, kCuiControls, marking) || (!specified && TakeReleasable(c, marking))) return true;
  if (!specified || !IsCapital(c.Peek()) || !IsCapital(c.Peek(1))) return false;
  // A category that this table does not have.
  for (size_t i = 0; i < 8 && IsCapital(c.Peek()); ++i) c.Advance();
  AddCaveat(marking, "OTHER");
  return true;
}

// ISM's own rules: KDK with TOP SECRET or SECRET only, HCS never with UNCLASSIFIED; 32 CFR 2001.23: FOUO on nothing classified.
bool HoldsTogether(const Marking& marking) {
  const auto has = [&](std::string_view name) {
    for (size_t i = 0; i < marking.caveat_count; ++i) {
      if (model::CaveatName(Nation::kUs, marking.caveats[i]) == name) return true;
    }
    return false;
  };
  const uint8_t confidential = *model::LevelFromName(Nation::kUs, "CONFIDENTIAL");
  if (has("KDK") && marking.level <= confidential) return false;
  if ((has("HCS") || has("SI") || has("TK")) && marking.level < confidential) return false;
  return !has("FOUO") || marking.level < confidential;
}

bool ReadBannerLevel(Cursor& c, Marking& marking) {
  if (IsWordCharacter(c.Before())) return false;
  const bool top = c.Before(1) == U' ' && c.Before(2) == U'P' && c.Before(3) == U'O' && c.Before(4) == U'T';
  return TakeLevel(c, {{U"TOP SECRET", "TOP SECRET"}, {U"SECRET", top ? "TOP SECRET" : "SECRET"}, {U"CONFIDENTIAL", "CONFIDENTIAL"}, {U"UNCLASSIFIED", "UNCLASSIFIED"},
                       {U"RESTRICTED", "CONFIDENTIAL"}}, Nation::kUs, marking);
}

// SECRET//NOFORN
bool ReadBanner(Cursor& c, Marking& marking) {
  if (!ReadBannerLevel(c, marking) || !c.TakeText(U"//")) return false;
  return TakeEntries(c, marking, TakeControl) > 0 && HoldsTogether(marking);
}

// //JOINT SECRET CAN GBR USA, //FGI GBR SECRET, //COSMIC TOP SECRET, //NATO SECRET
bool ReadForeignBanner(Cursor& c, Marking& marking) {
  if (!c.TakeText(U"//")) return false;
  const bool joint = c.TakeText(U"JOINT ");
  const bool nato = !joint && (c.TakeText(U"COSMIC ") || c.TakeText(U"NATO "));
  const bool foreign = !joint && !nato && c.TakeText(U"FGI ");
  if (!joint && !nato && !foreign) return false;
  AddCaveat(marking, joint ? "JOINT" : "FGI");
  const size_t begin = c.at();
  if (!ReadBannerLevel(c, marking)) {
    c.Seek(begin);
    if (!TakeCountries(c, marking)) return false;
    c.TakeSpaces(1);
    if (!ReadBannerLevel(c, marking)) return false;
  }
  if (IsWordCharacter(c.Peek())) return false;
  TakeCountries(c, marking);
  const size_t end = c.at();
  if (!c.TakeText(U"//") || TakeEntries(c, marking, TakeControl) == 0) c.Seek(end);
  return true;
}

bool TakePortionLevel(Cursor& c, Marking& marking) {
  return TakeLevel(c, {{U"TS", "TOP SECRET"}, {U"S", "SECRET"}, {U"C", "CONFIDENTIAL"}, {U"R", "CONFIDENTIAL"}, {U"U", "UNCLASSIFIED"}}, Nation::kUs, marking);
}

// (TS//SI-G//OC/NF), (//NS-A), (//JOINT S GBR USA//REL)
bool ReadPortion(Cursor& c, Marking& marking) {
  if (!c.Take(U'(')) return false;
  if (c.TakeText(U"//")) {
    if (c.TakeText(U"JOINT ")) {
      AddCaveat(marking, "JOINT");
      if (!TakePortionLevel(c, marking) || !TakeCountries(c, marking)) return false;
    } else if (TakeLevel(c, {{U"CTS", "TOP SECRET"}, {U"NS", "SECRET"}, {U"NC", "CONFIDENTIAL"}, {U"NR", "CONFIDENTIAL"}}, Nation::kUs, marking)) {
      AddCaveat(marking, "FGI");
      if (c.TakeText(U"-A")) AddCaveat(marking, "ATOMAL");
    } else {
      return false;
    }
    if (c.TakeText(U"//")) TakeEntries(c, marking, TakeControl);
  } else {
    if (!TakePortionLevel(c, marking) || !c.TakeText(U"//")) return false;
    if (TakeEntries(c, marking, TakeControl) == 0 || !HoldsTogether(marking)) return false;
  }
  marking.kind = MarkingKind::kPortion;
  return c.Take(U')');
}

// CUI//SP-EXPT//NOFORN, CONTROLLED//SP-CTI, (CUI), (CUI//SP-CTI)
bool ReadControlled(Cursor& c, Marking& marking) {
  if (IsWordCharacter(c.Before())) return false;
  const bool portion = c.Take(U'(');
  if (!c.TakeText(U"CUI") && (portion || !c.TakeText(U"CONTROLLED"))) return false;
  const bool has_entries = c.TakeText(U"//");
  if (has_entries ? TakeEntries(c, marking, TakeCuiEntry) == 0 : !portion) return false;
  if (portion && !c.Take(U')')) return false;
  marking.kind = MarkingKind::kControlled;
  marking.level = model::LevelFromName(Nation::kUs, "CUI").value_or(0);
  return true;
}

// Declassify On: 20320109, 25X1, 20320109; Reason: 1.4(a)
bool ReadAuthorityBlock(Cursor& c, Marking& marking) {
  marking.kind = MarkingKind::kAuthorityBlock;
  if (c.TakeTextIgnoringCase(U"Reason:")) {
    c.TakeSpaces(2);
    if (!c.TakeText(U"1.4")) return c.TakeText(U"25X");
    c.TakeSpaces(1);
    return c.Take(U'(') && c.TakeAny(U"abcdefgh") != 0 && c.Take(U')');
  }
  if (c.TakeTextIgnoringCase(U"Classified By:") || c.TakeTextIgnoringCase(U"Derived From:")) return true;
  const bool downgrade = c.TakeTextIgnoringCase(U"Downgrade To:");
  if (!downgrade && !c.TakeTextIgnoringCase(U"Declassify On:")) return false;
  c.TakeSpaces(2);
  if (downgrade) {
    if (!ReadBannerLevel(c, marking)) return false;
    marking.kind = MarkingKind::kAuthorityBlock;
    c.TakeTextIgnoringCase(U" on ");
  }
  bool exempt = false;
  for (const std::u32string_view word : {U"25X", U"50X", U"75X", U"OADR", U"MR", U"N/A", U"Source"}) exempt = exempt || c.TakeText(word);
  if (exempt) {
    while (IsDigit(c.Peek())) c.Advance();
    c.Take(U',');
    c.TakeSpaces(1);
  }
  if (TakeDate(c, marking.expires)) marking.period = model::PeriodKind::kDate;
  return exempt || marking.period == model::PeriodKind::kDate;
}

bool ReadDistribution(Cursor& c, Marking& marking) {
  if (!c.TakeTextIgnoringCase(U"DISTRIBUTION STATEMENT ")) return false;
  static constexpr std::string_view kStatements[] = {"DISTRIBUTION B", "DISTRIBUTION C", "DISTRIBUTION D", "DISTRIBUTION E", "DISTRIBUTION F"};
  const char32_t letter = c.TakeAny(U"BCDEFbcdef");
  if (letter == 0) return false;
  AddCaveat(marking, kStatements[Lower(letter) - U'b']);
  marking.kind = MarkingKind::kDistribution;
  c.TakeAny(U".:");
  c.TakeBlanks(2);
  return c.TakeTextIgnoringCase(U"Distribution") || c.TakeTextIgnoringCase(U"Further");
}

}  // namespace

bool ReadUnitedStates(Cursor& c, Marking& marking) {
  const size_t begin = c.at();
  for (const auto read : {ReadBanner, ReadForeignBanner, ReadPortion, ReadControlled, ReadAuthorityBlock, ReadDistribution}) {
    if (read(c, marking)) return true;
    marking = {};
    marking.nation = Nation::kUs;
    c.Seek(begin);
  }
  return false;
}

}  // namespace sluice::marking
