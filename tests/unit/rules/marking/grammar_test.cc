// Every form of marking that the packs look for, read into its parts; and the traps, which read as none.
#include "rules/marking/grammar.h"

#include <gtest/gtest.h>

#include <ostream>

#include "rules/marking/describe.h"

namespace sluice::marking {
namespace {

using model::Nation;

// "level | caveats | period, condition or expiry", or "-" where no marking stands.
std::string Read(Nation nation, std::u32string_view text, size_t begin = 0) {
  const Reading reading = ReadMarking(nation, text, begin, true);
  if (reading.outcome != Reading::Outcome::kMarking) return "-";
  const MarkingWords words = Describe(reading.marking);
  std::string line = words.kind + ":" + words.level;
  for (size_t i = 0; i < words.caveats.size(); ++i) line += (i == 0 ? " | " : "; ") + words.caveats[i];
  if (!words.period.empty()) line += " @" + words.period;
  if (!words.condition.empty()) line += " if " + words.condition;
  if (!words.expires.empty()) line += " until " + words.expires;
  return line;
}

TEST(ChineseMarking, ReadsLevelAndPeriod) {
  EXPECT_EQ(Read(Nation::kCn, U"绝密★长期"), "classification:绝密 @长期");
  EXPECT_EQ(Read(Nation::kCn, U"机密★10年\n\n某研究所"), "classification:机密 @10年");
  EXPECT_EQ(Read(Nation::kCn, U"机密★5年"), "classification:机密 @5年");
  EXPECT_EQ(Read(Nation::kCn, U"秘密★1年"), "classification:秘密 @1年");
  EXPECT_EQ(Read(Nation::kCn, U"秘密★6个月"), "classification:秘密 @6个月");
  EXPECT_EQ(Read(Nation::kCn, U"绝密★３０年"), "classification:绝密 @30年");
  EXPECT_EQ(Read(Nation::kCn, U"秘密★三年"), "classification:秘密 @3年");
  EXPECT_EQ(Read(Nation::kCn, U"机密★二十年"), "classification:机密 @20年");
  EXPECT_EQ(Read(Nation::kCn, U"机密★十五年"), "classification:机密 @15年");
}

TEST(ChineseMarking, TakesThePeriodOfTheLawWhereNoneIsStated) {
  EXPECT_EQ(Read(Nation::kCn, U"绝密★\n"), "classification:绝密 @30年 (unstated)");
  EXPECT_EQ(Read(Nation::kCn, U"机密★"), "classification:机密 @20年 (unstated)");
  EXPECT_EQ(Read(Nation::kCn, U"秘密★。"), "classification:秘密 @10年 (unstated)");
}

TEST(ChineseMarking, ReadsVariantsOfTheWild) {
  EXPECT_EQ(Read(Nation::kCn, U"机密·10年"), "classification:机密 @10年");
  EXPECT_EQ(Read(Nation::kCn, U"机　密 ★ 10年"), "classification:机密 @10年");
  EXPECT_EQ(Read(Nation::kCn, U"绝  密★"), "classification:绝密 @30年 (unstated)");
  EXPECT_EQ(Read(Nation::kCn, U"绝密级★长期"), "classification:绝密 @长期");
  EXPECT_EQ(Read(Nation::kCn, U"机密☆5年"), "classification:机密 @5年");
  EXPECT_EQ(Read(Nation::kCn, U"绝密*20年"), "classification:绝密 @20年");
  EXPECT_EQ(Read(Nation::kCn, U"绝密·永久"), "classification:绝密 @长期");
  EXPECT_EQ(Read(Nation::kCn, U"祕密※1年"), "classification:秘密 @1年");
  EXPECT_EQ(Read(Nation::kCn, U"密级：机密"), "classification:机密");
  EXPECT_EQ(Read(Nation::kCn, U"密　级: 秘密★5年"), "classification:秘密 @5年");
}

TEST(ChineseMarking, ShowsOfAConditionItsFirstCharacterOnly) {
  EXPECT_EQ(Read(Nation::kCn, U"机密★会议开始前"), "classification:机密 if 会****");
  EXPECT_EQ(Read(Nation::kCn, U"秘密★公布前 内容"), "classification:秘密 if 公****");
}

TEST(ChineseMarking, ReckonsWhenItEnds) {
  EXPECT_EQ(Read(Nation::kCn, U"机密★10年 2024年12月5日"), "classification:机密 @10年 until 2034-12-05");
  EXPECT_EQ(Read(Nation::kCn, U"秘密★6个月\n2024-08-31"), "classification:秘密 @6个月 until 2025-02-28");
  EXPECT_EQ(Read(Nation::kCn, U"秘密★（20240229）"), "classification:秘密 @10年 (unstated) until 2034-02-28");
  EXPECT_EQ(Read(Nation::kCn, U"机密★2030年1月1日"), "classification:机密 until 2030-01-01");
  EXPECT_EQ(Read(Nation::kCn, U"机密★10年 2024年13月5日"), "classification:机密 @10年");
}

TEST(ChineseMarking, TakesTheStampOfExaminationsForWhatItIs) {
  EXPECT_EQ(Read(Nation::kCn, U"绝密★启用前"), "examination:绝密 if 启****");
  EXPECT_EQ(Read(Nation::kCn, U"绝密 ★ 启用前"), "examination:绝密 if 启****");
  EXPECT_EQ(Read(Nation::kCn, U"机密★考试结束前"), "examination:机密 if 考****");
}

TEST(ChineseMarking, ReadsWorkAndCommercialSecrets) {
  EXPECT_EQ(Read(Nation::kCn, U"内部事项 注意保管"), "work-secret:内部");
  EXPECT_EQ(Read(Nation::kCn, U"内部资料，\n注意保存"), "work-secret:内部");
  EXPECT_EQ(Read(Nation::kCn, U"工作秘密，不得外传"), "work-secret:内部");
  EXPECT_EQ(Read(Nation::kCn, U"核心商密★长期"), "commercial-secret:核心商密 @长期");
  EXPECT_EQ(Read(Nation::kCn, U"普通商密 某某公司 3年"), "commercial-secret:普通商密 @3年");
  EXPECT_EQ(Read(Nation::kCn, U"普通商密▲公布前"), "commercial-secret:普通商密 if 公****");
}

TEST(ChineseMarking, ReadsNoneInTraps) {
  EXPECT_EQ(Read(Nation::kCn, U"计算机密码", 2), "classification:机密");  // the pattern asks for the star; without it this is what stands there
  EXPECT_EQ(Read(Nation::kCn, U"内部资料归档"), "-");
  EXPECT_EQ(Read(Nation::kCn, U"什么是核心商密？"), "-");
  EXPECT_EQ(Read(Nation::kCn, U"密级分类管理办法"), "-");
  EXPECT_EQ(Read(Nation::kCn, U"境内部分", 1), "-");
}

TEST(AmericanMarking, ReadsBannerLines) {
  const Nation us = Nation::kUs;
  EXPECT_EQ(Read(us, U"TOP SECRET//SI/TK//RELIDO"), "classification:TOP SECRET | SI; TK; RELIDO");
  EXPECT_EQ(Read(us, U"TOP SECRET//SI", 4), "classification:TOP SECRET | SI");
  EXPECT_EQ(Read(us, U"SECRET//FGI"), "classification:SECRET | FGI");
  EXPECT_EQ(Read(us, U"SECRET//RD-SIGMA 1 2"), "classification:SECRET | RD; SIGMA");
  EXPECT_EQ(Read(us, U"SECRET//ACCM-FICTITIOUS EFFORT/TEA LEAF"), "classification:SECRET | ACCM");
  EXPECT_EQ(Read(us, U"SECRET//REL TO USA, GBR"), "classification:SECRET | REL TO USA, GBR");
  EXPECT_EQ(Read(us, U"//JOINT SECRET CAN GBR USA"), "classification:SECRET | JOINT CAN, GBR, USA");
  EXPECT_EQ(Read(us, U"//COSMIC TOP SECRET"), "classification:TOP SECRET | FGI");
  EXPECT_EQ(Read(us, U"TOP SECRET//SPECIAL ACCESS REQUIRED-BUTTERED POPCORN"), "classification:TOP SECRET | SAR");
  EXPECT_EQ(Read(us, U"CONFIDENTIAL//PROPRIETARY\n"), "classification:CONFIDENTIAL | PROPIN");
  EXPECT_EQ(Read(us, U"UNCLASSIFIED//FOUO"), "classification:UNCLASSIFIED | FOUO");
  EXPECT_EQ(Read(us, U"UNCLASSIFIED//FOR OFFICIAL USE ONLY"), "classification:UNCLASSIFIED | FOUO");
  EXPECT_EQ(Read(us, U"TOP SECRET//HCS-P/SI-G ABC//ORCON/NOFORN"), "classification:TOP SECRET | HCS; SI; ORCON; NOFORN");
}

TEST(AmericanMarking, ReadsPortionMarks) {
  const Nation us = Nation::kUs;
  EXPECT_EQ(Read(us, U"(TS//SI-G//OC/NF)"), "portion:TOP SECRET | SI; ORCON; NOFORN");
  EXPECT_EQ(Read(us, U"(S//REL TO USA, GBR/DISPLAY ONLY AFG)"), "portion:SECRET | REL TO USA, GBR, AFG; DISPLAY ONLY");
  EXPECT_EQ(Read(us, U"(S//RD-SG 12)"), "portion:SECRET | RD; SIGMA");
  EXPECT_EQ(Read(us, U"(//NS-A)"), "portion:SECRET | FGI; ATOMAL");
  EXPECT_EQ(Read(us, U"(//JOINT S GBR USA//REL)"), "portion:SECRET | JOINT GBR, USA; REL TO");
  EXPECT_EQ(Read(us, U"(TS//SAR-TB//WAIVED)"), "portion:TOP SECRET | SAR; WAIVED");
  EXPECT_EQ(Read(us, U"(U//FOUO)"), "portion:UNCLASSIFIED | FOUO");
}

TEST(AmericanMarking, ReadsTheAuthorityBlock) {
  const Nation us = Nation::kUs;
  EXPECT_EQ(Read(us, U"Declassify On: 25X 20320109"), "authority-block: until 2032-01-09");
  EXPECT_EQ(Read(us, U"Declassify On: 25X1, 20320109"), "authority-block: until 2032-01-09");
  EXPECT_EQ(Read(us, U"DECLASSIFY ON: 2032-01-09"), "authority-block: until 2032-01-09");
  EXPECT_EQ(Read(us, U"Downgrade To: CONFIDENTIAL on 20121231"), "authority-block:CONFIDENTIAL until 2012-12-31");
  EXPECT_EQ(Read(us, U"Reason: 1.4(a)(b)(c)"), "authority-block:");
  EXPECT_EQ(Read(us, U"Declassify On: soon"), "-");
}

TEST(AmericanMarking, ReadsControlledUnclassifiedInformation) {
  const Nation us = Nation::kUs;
  EXPECT_EQ(Read(us, U"CUI//SP-EXPT//NOFORN"), "controlled:CUI | EXPT; NOFORN");
  EXPECT_EQ(Read(us, U"CONTROLLED//SP-EXPT"), "controlled:CUI | EXPT");
  EXPECT_EQ(Read(us, U"(CUI)"), "controlled:CUI");
  EXPECT_EQ(Read(us, U"(CUI//SP-CTI)"), "controlled:CUI | CTI");
  EXPECT_EQ(Read(us, U"CUI//PRVCY/PROPIN//FEDCON"), "controlled:CUI | PRVCY; PROPIN; FEDCON");
  EXPECT_EQ(Read(us, U"DISTRIBUTION STATEMENT D. Distribution authorized to"), "distribution: | DISTRIBUTION D");
}

TEST(AmericanMarking, ReadsNoneInTraps) {
  const Nation us = Nation::kUs;
  for (const std::u32string_view text : {U"SECRET//see below", U"SECRET", U"UNCLASSIFIED WHEN CLASSIFIED ENCLOSURE REMOVED", U"TOP SECRET RECIPE", U"(C//2)", U"(S/N 1234)", U"(U)",
                                         U"CONTROLLED//", U"CUI means controlled", U"DISTRIBUTION STATEMENT A. Approved", U"(S//NFL)", U"CONFIDENTIAL//NODE_MODULES"}) {
    EXPECT_EQ(Read(us, text), "-") << std::string(text.begin(), text.end());
  }
}

TEST(AmericanMarking, KnowsWhichControlsCannotStandWithALevel) {
  EXPECT_EQ(Read(Nation::kUs, U"CONFIDENTIAL//KDK"), "-");
  EXPECT_EQ(Read(Nation::kUs, U"UNCLASSIFIED//HCS"), "-");
  EXPECT_EQ(Read(Nation::kUs, U"SECRET//FOUO"), "-");
}

TEST(EuropeanMarking, ReadsNatoAndTheUnion) {
  EXPECT_EQ(Read(Nation::kNato, U"COSMIC TOP SECRET ATOMAL"), "classification:COSMIC TOP SECRET | ATOMAL");
  EXPECT_EQ(Read(Nation::kNato, U"NATO RESTRICTED"), "classification:NATO RESTRICTED");
  EXPECT_EQ(Read(Nation::kNato, U"NATO TOP SECRET"), "-");
  EXPECT_EQ(Read(Nation::kEu, U"TRÈS SECRET UE/EU TOP SECRET"), "classification:TRÈS SECRET UE/EU TOP SECRET");
  EXPECT_EQ(Read(Nation::kEu, U"RESTREINT UE/EU RESTRICTED"), "classification:RESTREINT UE/EU RESTRICTED");
  EXPECT_EQ(Read(Nation::kEu, U"LIMITE"), "-");
}

TEST(EuropeanMarking, ReadsTheUnitedKingdomAndFrance) {
  EXPECT_EQ(Read(Nation::kUk, U"OFFICIAL-SENSITIVE [COMMERCIAL]"), "classification:OFFICIAL-SENSITIVE | COMMERCIAL");
  EXPECT_EQ(Read(Nation::kUk, U"SECRET - UK EYES ONLY"), "classification:SECRET | UK EYES ONLY");
  EXPECT_EQ(Read(Nation::kUk, U"UK TOP SECRET STRAP1"), "classification:TOP SECRET | STRAP1");
  EXPECT_EQ(Read(Nation::kFr, U"TRÈS SECRET\nSPÉCIAL FRANCE"), "classification:TRÈS SECRET | SPÉCIAL FRANCE");
  EXPECT_EQ(Read(Nation::kFr, U"SECRET DEFENSE"), "classification:SECRET DÉFENSE");
  EXPECT_EQ(Read(Nation::kFr, U"diffusion restreinte"), "handling:DIFFUSION RESTREINTE");
}

TEST(RussianMarking, ReadsLevelAndCopyNumber) {
  EXPECT_EQ(Read(Nation::kRu, U"Совершенно секретно\nЭкз. № 1"), "classification:Совершенно секретно | Экз. №");
  EXPECT_EQ(Read(Nation::kRu, U"СЕКРЕТНО"), "classification:Секретно");
  EXPECT_EQ(Read(Nation::kRu, U"Особой важности"), "classification:Особой важности");
  EXPECT_EQ(Read(Nation::kRu, U"Для служебного пользования Экз. № 3"), "handling:Для служебного пользования | Экз. №");
}

TEST(EastAsianMarking, ReadsTaiwan) {
  EXPECT_EQ(Read(Nation::kTw, U"極機密\n保密期限：民國120年12月31日"), "classification:極機密 until 2031-12-31");
  EXPECT_EQ(Read(Nation::kTw, U"絕對機密 本件於民國115年1月1日解密"), "classification:絕對機密 until 2026-01-01");
  EXPECT_EQ(Read(Nation::kTw, U"極機密 解密條件：公布後"), "classification:極機密 if 公****");
}

TEST(EastAsianMarking, ReadsJapanAndKorea) {
  EXPECT_EQ(Read(Nation::kJp, U"特定秘密 取扱注意"), "classification:特定秘密 | 取扱注意");
  EXPECT_EQ(Read(Nation::kJp, U"機密性３情報"), "handling:機密性3");
  EXPECT_EQ(Read(Nation::kJp, U"【社外秘】"), "handling:社外秘");
  EXPECT_EQ(Read(Nation::kKr, U"Ⅱ급비밀"), "classification:Ⅱ급비밀");
  EXPECT_EQ(Read(Nation::kKr, U"군사 III급비밀"), "classification:Ⅲ급비밀 | 군사");
  EXPECT_EQ(Read(Nation::kKr, U"1급 비밀"), "classification:Ⅰ급비밀");
  EXPECT_EQ(Read(Nation::kKr, U"대외비"), "handling:대외비");
}

TEST(LabelMarking, ReadsAustraliaAndTheTrafficLight) {
  EXPECT_EQ(Read(Nation::kAu, U"[SEC=PROTECTED, CAVEAT=SH:NATIONAL-CABINET, EXPIRES=2031-01-01, DOWNTO=OFFICIAL:Sensitive]"), "label:PROTECTED | NATIONAL-CABINET until 2031-01-01");
  EXPECT_EQ(Read(Nation::kAu, U"SECRET//AUSTEO"), "classification:SECRET | AUSTEO");
  EXPECT_EQ(Read(Nation::kTlp, U"TLP:AMBER+STRICT"), "classification:AMBER+STRICT");
  EXPECT_EQ(Read(Nation::kTlp, U"TLP: AMBER"), "classification:AMBER");
  EXPECT_EQ(Read(Nation::kTlp, U"TLP:WHITE"), "classification:CLEAR");
  EXPECT_EQ(Read(Nation::kTlp, U"TLP:REDACTED"), "-");
}

TEST(LabelMarking, ReadsMicrosoftLabels) {
  const std::u32string_view text = U"MSIP_Label_2096f6a2-d2f7-48be-b329-b73aaa526e5d_Name\"><vt:lpwstr>Confidential<";
  const Reading reading = ReadMarking(Nation::kMip, text, 0, true);
  EXPECT_EQ(Describe(reading.marking).level, "confidential");
  EXPECT_EQ(Describe(reading.marking).label, "2096f6a2-d2f7-48be-b329-b73aaa526e5d");
  EXPECT_EQ(Read(Nation::kMip, U"MSIP_Label_2096f6a2_Enabled"), "-");
}

// The law that lets text come in pieces: as long as it asks for more nothing is said, and what is said first holds for all.
TEST(MarkingLaw, SaysTheSameWhateverFollowsOnceItHasSpoken) {
  const std::pair<Nation, std::u32string_view> texts[] = {
      {Nation::kCn, U"机密★10年 2024年12月5日起"}, {Nation::kCn, U"绝密★启用前考试"}, {Nation::kCn, U"秘密★会议开始前召开"}, {Nation::kCn, U"核心商密 甲公司 长期有效"},
      {Nation::kUs, U"TOP SECRET//SI/TK//REL TO USA, GBR/NF and so on"}, {Nation::kUs, U"(TS//SAR-TB//WAIVED) text"}, {Nation::kUs, U"Declassify On: 25X1, 20320109 end"},
      {Nation::kTw, U"極機密\n保密期限：民國120年12月31日止"}, {Nation::kAu, U"[SEC=SECRET, CAVEAT=SH:CABINET] x"}, {Nation::kNato, U"COSMIC TOP SECRET ATOMAL on"}};
  for (const auto& [nation, text] : texts) {
    const Reading whole = ReadMarking(nation, text, 0, true);
    for (size_t length = 0; length <= text.size(); ++length) {
      const Reading part = ReadMarking(nation, text.substr(0, length), 0, false);
      if (part.outcome == Reading::Outcome::kNeedsMore) {
        EXPECT_LT(length, whole.farthest + 1);
        continue;
      }
      EXPECT_EQ(part.outcome, whole.outcome);
      EXPECT_EQ(part.end, whole.end);
      EXPECT_EQ(part.farthest, whole.farthest);
      EXPECT_EQ(Describe(part.marking).caveats, Describe(whole.marking).caveats);
      EXPECT_EQ(part.marking.expires, whole.marking.expires);
    }
  }
}

TEST(MarkingDates, FollowTheCalendar) {
  EXPECT_EQ(model::DayOf(1970, 1, 1), 0);
  EXPECT_EQ(model::DayOf(2024, 2, 30), model::kNoDay);
  EXPECT_EQ(model::AddMonths(model::DayOf(2024, 1, 31), 1), model::DayOf(2024, 2, 29));
  for (model::Day day = -800000; day < 2000000; day += 9973) {
    const model::CivilDate date = model::CivilOf(day);
    EXPECT_TRUE(date.year < 1 || model::DayOf(date.year, date.month, date.day) == day);
  }
}

}  // namespace
}  // namespace sluice::marking
