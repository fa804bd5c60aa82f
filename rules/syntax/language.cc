#include "rules/syntax/language.h"

#include "rules/model/condition.h"
#include "rules/model/encoding.h"
#include "rules/model/marking.h"
#include "rules/model/signature.h"
#include "rules/model/validator_kind.h"
#include "rules/model/words.h"

namespace sluice::syntax {
namespace {

using Words = std::vector<std::string_view>;

template <typename E, int kFirst = 0>
Words NamesOf() {
  Words words;
  for (int i = kFirst; i < static_cast<int>(E::kCount); ++i) words.push_back(Name(static_cast<E>(i)));
  return words;
}

Words Cases() { return {"sensitive", "insensitive"}; }
Words TransferForms() { return {"none", "percent", "quoted-printable", "html", "json", "base64"}; }
Words VariantNames() { return {"spacing", "line-break", "width", "look-alike"}; }
Words Places() { return {"body", "name", "header", "subject", "metadata"}; }

constexpr uint64_t kAnyNumber = UINT64_MAX;

const std::vector<Key>& DetectorKeys(MapKind map) {
  const auto make = [](MapKind m) {
    return std::vector<Key>{
        {m, "literals", Shape::kLiterals, "Texts to look for; {hex: \"c3d8\"} for bytes, {list: name} for a named list."},
        {m, "regex", Shape::kTexts, "Regular expressions."},
        {m, "encodings", Shape::kWords, "Character sets to look in; without it, all that can carry the text.", false, 0, 0, NamesOf<model::Encoding>},
        {m, "transfer", Shape::kWords, "Escaped forms to look for besides; without it, all.", false, 0, 0, TransferForms},
        {m, "case", Shape::kWord, "Whether upper and lower case are told apart; they are, unless this says insensitive.", false, 0, 0, Cases},
        {m, "word", Shape::kFlag, "Whether only whole words count."},
        {m, "variants", Shape::kWords, "Disguises that still count.", false, 0, 0, VariantNames},
        {m, "unless_followed_by", Shape::kTexts, "Texts that make it something else."},
        {m, "validator", Shape::kWord, "What the match must also be.", false, 0, 0, NamesOf<model::ValidatorKind>},
        {m, "marking", Shape::kMarking, "What marking the match must be part of: whose, and of which level and kind.", false, 0, 0, NamesOf<model::Nation, 1>},
        {m, "signature", Shape::kMap, "What must be seen of registered documents.", false, 0, 0, nullptr, MapKind::kSignature},
        {m, "min_entropy", Shape::kDecimal, "Bits per character that the token at the end of the match must have.", false, 0, 8},
    };
  };
  static const std::vector<Key> kNamed = make(MapKind::kDetector), kInPlace = make(MapKind::kInPlaceCondition);
  return map == MapKind::kDetector ? kNamed : kInPlace;
}

void Append(std::vector<Key>& keys, const std::vector<Key>& more) { keys.insert(keys.end(), more.begin(), more.end()); }

void AppendCount(std::vector<Key>& keys, MapKind m) {
  Append(keys, {
                   {m, "count", Shape::kNumber, "How many hits it takes.", false, 1, model::kLargestCount},
                   {m, "distinct", Shape::kFlag, "Whether different values are counted instead of hits; then at most 16."},
                   {m, "where", Shape::kWords, "In which parts of the object; without it, everywhere.", false, 0, 0, Places},
               });
}

void AppendPackKeys(std::vector<Key>& keys) {
  Append(keys, {
                   {MapKind::kPack, "pack", Shape::kMap, "What this pack is.", false, 0, 0, nullptr, MapKind::kHead},
                   {MapKind::kPack, "budget", Shape::kMap, "What the policy may cost.", false, 0, 0, nullptr, MapKind::kBudget},
                   {MapKind::kPack, "fail", Shape::kMap, "What happens to traffic that cannot be inspected. One pack of a policy says.", false, 0, 0, nullptr, MapKind::kFail},
                   {MapKind::kPack, "lists", Shape::kNamedLists, "Named lists of texts, for literals."},
                   {MapKind::kPack, "groups", Shape::kNamedLists, "Named lists of address blocks, for scopes."},
                   {MapKind::kPack, "detectors", Shape::kNamedMaps, "What to look for, by names that all packs of a policy share.", false, 0, 0, nullptr, MapKind::kDetector},
                   {MapKind::kPack, "rules", Shape::kMaps, "When it matters, for whom, and what happens then.", false, 0, 0, nullptr, MapKind::kRule},
                   {MapKind::kHead, "id", Shape::kText, "A short name.", true},
                   {MapKind::kHead, "title", Shape::kText, "One line for people."},
                   {MapKind::kHead, "description", Shape::kText, "For readers."},
                   {MapKind::kHead, "sources", Shape::kTexts, "Laws, standards and pages that the pack rests on."},
                   {MapKind::kBudget, "stream_state_bytes", Shape::kNumber, "Memory of the matcher for each flow and direction; 512 without it.", false, 1, 65536},
                   {MapKind::kListFile, "file", Shape::kText, "A file with one entry a line, relative to the pack; # begins a comment.", true},
               });
  for (const std::string_view cause : NamesOf<model::FailCause>()) {
    keys.push_back({MapKind::kFail, cause, Shape::kWord, "open lets it pass, closed stops it.", false, 0, 0, NamesOf<model::FailMode>});
  }
}

void AppendSignatureKeys(std::vector<Key>& keys) {
  constexpr MapKind m = MapKind::kSignature;
  Append(keys, {
                   {m, "set", Shape::kText, "The name of a set, as `sluicec fingerprint` was told it.", true},
                   {m, "percent", Shape::kNumber, "How much of one document must be seen.", false, 1, 100},
                   {m, "bytes", Shape::kNumber, "How many bytes of one document must be seen.", false, 1, kAnyNumber},
                   {m, "run", Shape::kNumber, "How many bytes of it without a break.", false, 1, kAnyNumber},
                   {m, "whole", Shape::kFlag, "Whether only whole documents count."},
                   {m, "left", Shape::kText, "How much has left so far, over all flows: 20 %, 20 % in 30 days, 50 MB of this set in 30 days."},
                   {m, "columns", Shape::kNumber, "Of a table: how many columns of one row must stand together; the detector's own terms say where to look.", false, 1, model::kMostColumns},
                   {m, "within", Shape::kNumber, "With columns: how many bytes before and behind the hit at most; 100 without it.", false, 1, model::kFurthestColumns},
               });
}

void AppendRuleKeys(std::vector<Key>& keys) {
  constexpr MapKind m = MapKind::kRule;
  Append(keys, {
                   {m, "id", Shape::kName, "family.name, lowercase, unique in the policy; it stands in every finding.", true},
                   {m, "title", Shape::kText, "One line for people.", true},
                   {m, "description", Shape::kText, "For readers."},
                   {m, "sources", Shape::kTexts, "What the rule rests on."},
                   {m, "severity", Shape::kWord, "How bad it is; medium without it.", false, 0, 0, NamesOf<model::Severity>},
                   {m, "confidence", Shape::kNumber, "How sure the rule is, in percent; 50 without it.", false, 0, 100},
                   {m, "action", Shape::kWord, "What happens; alert without it.", false, 0, 0, NamesOf<model::Action>},
                   {m, "evidence", Shape::kFlag, "Whether the object and the packets round it are kept, encrypted, when the rule fires; false without it."},
                   {m, "scope", Shape::kMap, "For what traffic; all without it.", false, 0, 0, nullptr, MapKind::kScope},
                   {m, "exceptions", Shape::kMaps, "For what traffic not, until a day.", false, 0, 0, nullptr, MapKind::kException},
                   {m, "detect", Shape::kConditions, "Any of these detectors. In place of a condition."},
                   {m, "min_count", Shape::kNumber, "With detect: how many hits of one detector it takes.", false, 1, model::kLargestCount},
                   {m, "where", Shape::kWords, "With detect: in which parts of the object.", false, 0, 0, Places},
                   {m, "condition", Shape::kCondition, "A tree of conditions. In place of detect."},
                   {m, "match", Shape::kExamples, "Examples that must fire, in every encoding."},
                   {m, "no_match", Shape::kExamples, "Examples that must not fire."},
               });
}

void AppendScopeKeys(std::vector<Key>& keys) {
  constexpr MapKind m = MapKind::kScope;
  Append(keys, {
                   {m, "direction", Shape::kWord, "Seen from the client; both without it.", false, 0, 0, NamesOf<model::Direction>},
                   {m, "source", Shape::kTexts, "Groups or address blocks."},
                   {m, "destination", Shape::kTexts, "Groups or address blocks."},
                   {m, "application", Shape::kTexts, "Protocols, such as http or smtp."},
                   {m, "media_type", Shape::kTexts, "Such as application/pdf, or image/* for all of a kind."},
                   {m, "client", Shape::kTexts, "Names of hosts from sluice.yaml."},
                   {m, "min_bytes", Shape::kNumber, "The smallest object.", false, 0, kAnyNumber},
                   {m, "max_bytes", Shape::kNumber, "The largest object.", false, 0, kAnyNumber},
                   {MapKind::kException, "reason", Shape::kText, "Why, and who allowed it.", true},
                   {MapKind::kException, "expires", Shape::kDay, "It holds through that day, UTC.", true},
                   {MapKind::kException, "scope", Shape::kMap, "For what traffic the rule does not fire.", true, 0, 0, nullptr, MapKind::kScope},
               });
}

void AppendConditionKeys(std::vector<Key>& keys) {
  // As far as the data plane keeps positions apart.
  constexpr uint64_t kFurthest = 100'000;
  Append(keys, {
                   {MapKind::kAllCondition, "all", Shape::kConditions, "Each of these.", true},
                   {MapKind::kAnyCondition, "any", Shape::kConditions, "One of these, or as many as at_least says.", true},
                   {MapKind::kAnyCondition, "at_least", Shape::kNumber, "How many of them.", false, 1, model::kLargestCount},
                   {MapKind::kNotCondition, "not", Shape::kCondition, "When this does not hold of the whole object.", true},
                   {MapKind::kNearCondition, "near", Shape::kMap, "When detectors hit near each other.", true, 0, 0, nullptr, MapKind::kNear},
                   {MapKind::kNear, "anchor", Shape::kCondition, "The detector that the others stand near.", true},
                   {MapKind::kNear, "with", Shape::kConditions, "The others, each of which must.", true},
                   {MapKind::kNear, "within", Shape::kNumber, "How many characters apart at most; 300 without it.", false, 0, kFurthest},
                   {MapKind::kUseCondition, "detector", Shape::kDetectorOf, "The name of a detector, or one in place.", true},
               });
  AppendCount(keys, MapKind::kUseCondition);
  Append(keys, DetectorKeys(MapKind::kInPlaceCondition));
  AppendCount(keys, MapKind::kInPlaceCondition);
}

std::vector<Key> AllKeys() {
  std::vector<Key> keys;
  AppendPackKeys(keys);
  keys.push_back({MapKind::kDetector, "title", Shape::kText, "One line for people."});
  Append(keys, DetectorKeys(MapKind::kDetector));
  Append(keys, {
                   {MapKind::kMarking, "nation", Shape::kWord, "Whose marking.", true, 0, 0, NamesOf<model::Nation, 1>},
                   {MapKind::kMarking, "level", Shape::kText, "A level by its name; with >= before it, also those above."},
                   {MapKind::kMarking, "caveat", Shape::kText, "A caveat of that nation which the marking must have."},
                   {MapKind::kMarking, "period_stated", Shape::kFlag, "Whether the marking must state its period."},
                   {MapKind::kMarking, "kind", Shape::kWord, "Which kind of marking; any but the stamps of examinations without it.", false, 0, 0, NamesOf<model::MarkingKind, 1>},
               });
  AppendSignatureKeys(keys);
  AppendRuleKeys(keys);
  AppendScopeKeys(keys);
  AppendConditionKeys(keys);
  Append(keys, {
                   {MapKind::kLiteral, "hex", Shape::kText, "Bytes, as pairs of hexadecimal digits."},
                   {MapKind::kLiteral, "list", Shape::kText, "The name of a list."},
                   {MapKind::kExample, "hex", Shape::kText, "Bytes, as pairs of hexadecimal digits."},
                   {MapKind::kExample, "file", Shape::kText, "A file, relative to the pack."},
               });
  return keys;
}

}  // namespace

std::span<const Key> Keys() {
  static const std::vector<Key> kKeys = AllKeys();
  return kKeys;
}

std::vector<const Key*> KeysOf(MapKind map) {
  std::vector<const Key*> keys;
  for (const Key& key : Keys()) {
    if (key.map == map) keys.push_back(&key);
  }
  return keys;
}

const Key* FindKey(MapKind map, std::string_view name) {
  for (const Key& key : Keys()) {
    if (key.map == map && key.name == name) return &key;
  }
  return nullptr;
}

}  // namespace sluice::syntax
