// What each diagnostic code means, for `sluicec explain CODE`. A code never changes its meaning and is never reused.
#include "rules/syntax/diagnostic.h"

namespace sluice::syntax {
namespace {

constexpr CodeText kCodes[] = {
    {Code::kYamlSyntax, "the file is not YAML",
     "The YAML reader could not make sense of the file. Most often a text needs quotes: one that begins with * & ! % @ ` [ { # "
     "or contains a colon and a space. Indentation must be spaces, never tabs."},
    {Code::kInvalidUtf8, "the file is not UTF-8",
     "Rule files are UTF-8, whatever encodings the rules look for: the compiler makes the other encodings itself. Bytes that "
     "are no text are written in hexadecimal, as {hex: \"c3d8\"}."},
    {Code::kUnknownKey, "a key that the language does not know",
     "A misspelt key would otherwise be a rule that silently does less than it says, so it is an error. The hint names the "
     "nearest known key, or all of them."},
    {Code::kDuplicateKey, "the same key stands twice in a map", "YAML readers disagree about which one wins. Keep one."},
    {Code::kWrongType, "a value of another kind was expected",
     "For example a list where a text belongs. A text that reads as nothing (empty, ~ or null) must stand in quotes."},
    {Code::kMissingKey, "a key that must be there is missing", "Every rule needs an id, a title and something to detect."},
    {Code::kUnknownWord, "a word that is not among those allowed", "The hint lists the words that are."},
    {Code::kBadNumber, "not a number, or out of its range", "Values out of range are refused, never silently clamped."},
    {Code::kAliasNotAllowed, "YAML anchors and aliases are not part of the language",
     "A few lines of nested aliases can stand for gigabytes. Name shared terms as a detector and refer to it."},
    {Code::kEmptyValue, "a text or list is empty", "An empty term would match everywhere, an empty list nothing at all."},
    {Code::kTooDeep, "lists and maps nested too deeply", "No rule needs it; the file is damaged or hostile."},
    {Code::kNotFormatted, "`sluicec fmt` left a file as it is",
     "It rewrites a file only if every value, key and comment is the same afterwards. YAML tags (!!str), keys that are lists, and block texts with "
     "an indentation indicator (|2) are beyond it; the language needs none of them."},
    {Code::kDuplicateRule, "two rules have the same id", "Ids name rules in findings and exceptions, across all packs of a policy."},
    {Code::kDuplicateDetector, "two detectors have the same name", "Names are shared by all packs of a policy."},
    {Code::kUnknownDetector, "a rule names a detector that no pack defines", "Check the spelling, or add the pack that defines it."},
    {Code::kBadIdentifier, "an id that does not have the form of one",
     "Ids are lowercase ASCII letters, digits and hyphens, in parts joined by dots, at most 128 bytes: cn.state-secret.mark. A "
     "rule's id has at least two parts; the first is its family."},
    {Code::kConflictingFail, "two packs set the same fail mode", "A policy has one answer for each cause; keep it in one file."},
    {Code::kFailDefault, "a fail mode is not set, so the default holds",
     "`fail:` says what happens to traffic that cannot be inspected: open lets it pass, closed stops it. Where a policy says "
     "nothing, everything is closed except uninspectable (encrypted, or a format that is not opened), which is open, because "
     "closed there would stop every encrypted connection. Write the choice down to silence this note."},
    {Code::kNothingToDetect, "a rule has nothing to detect", "Give `detect` at least one detector."},
    {Code::kDetectorWithoutTerms, "a detector has nothing to look for", "Give it literals or a regex."},
    {Code::kCountUnreachable, "a count that can never be reached", "More detectors are asked for than there are."},
    {Code::kUnusedDetector, "no rule uses this detector", "It is checked but not compiled into the policy."},
    {Code::kUnknownList, "a list or group that no pack defines", "Lists hold terms, groups hold address blocks. Names are shared by all packs of a policy."},
    {Code::kBadAddress, "not an address block", "Write 192.0.2.0/24 or 2001:db8::/32. Bits set beyond the prefix are nearly always a mistake, so they are refused."},
    {Code::kBadDate, "not a day", "Write days as 2027-01-31."},
    {Code::kContradiction, "a scope or condition that nothing can meet", "The rule could never fire."},
    {Code::kExpiredException, "an exception whose day has passed",
     "It no longer holds. Remove it, or give it another day and a reason that is still true. A bundle that is rebuilt from its own sources only warns of it: "
     "the appliance must be able to run what it ran yesterday."},
    {Code::kBadCondition, "a condition that does not hold together",
     "'near' takes detectors only, 'any' with 'at_least' needs that many children, and conditions nest at most 16 deep."},
    {Code::kSameMeaning, "two rules that always fire together", "Same condition, same scope: one of them is superfluous, or was meant to be another."},
    {Code::kBadSignature, "a signature that asks for things that do not go together", "Amounts of one document, what has left, and columns of a row are detectors of their own."},
    {Code::kNotRepresentable, "a literal cannot be written in an encoding that was asked for",
     "The detector names its encodings, and this text has characters that one of them lacks. Remove that encoding, or move "
     "the literal to a detector of its own."},
    {Code::kNowhereRepresentable, "a literal cannot be written in any of the detector's encodings", "It could never be found."},
    {Code::kExpressionRefused, "the regular expression cannot be compiled",
     "Hyperscan has no look-around, back-references or possessive groups, and bounds its size. Where a rule needs look-around, "
     "find the parts with plain detectors and combine them in the rule."},
    {Code::kExpressionMatchesEmpty, "the regular expression matches the empty text",
     "It would report a hit at every byte. Make at least one character of it obligatory."},
    {Code::kDuplicateTerm, "the same term stands twice in a detector", "The second adds nothing."},
    {Code::kShortPattern, "a literal is very short in one of its encodings",
     "Patterns of fewer than four bytes turn up in random data all the time, and cost the matcher dearly. That encoding is "
     "left out; text in it is found by the longer terms only."},
    {Code::kBadHex, "not hexadecimal", "Hexadecimal bytes are pairs of digits, optionally with spaces between: {hex: \"c3 d8\"}."},
    {Code::kNotCarried, "an expression that cannot be written in an encoding",
     "Expressions that name characters beyond ASCII are written anew for each encoding. A word boundary in the middle cannot be; at "
     "either end it can."},
    {Code::kPatternTooWeak, "an expression that matches nearly everything", "It would fire on any text. Make it ask for more."},
    {Code::kTermTooLong, "a literal or expression that is too long",
     "A text of so many bytes would be found only where all of it stands. Look for a part of it that is characteristic."},
    {Code::kExampleNotFound, "a rule does not find its own match example",
     "Every example under `match` is tried in each encoding that the detectors cover, and the rule must fire on each."},
    {Code::kExampleFound, "a rule fires on its own no_match example", "The message says which detector fired and in which encoding."},
    {Code::kNoExamples, "a rule has no match example",
     "An example is how a reader learns what the rule is for, and how a change is kept from breaking it unseen."},
    {Code::kStateBudget, "the policy needs more stream state than its budget",
     "Hyperscan keeps this many bytes for each flow and direction, while the flow lives. A million flows at 512 bytes are half a gigabyte. "
     "Counted repetitions such as .{0,200} cost most; use 'near' instead, which is judged outside."},
    {Code::kCommonTerm, "a term that is common in ordinary text",
     "It would fire all the time, or keep the matcher busy where it is one of several parts. Ask for more around it: a longer text, "
     "a neighbour ('near'), or a whole word ('word: true')."},
    {Code::kPatternCount, "a policy with too many terms",
     "Each literal is looked for in about twenty forms; with some hundred thousand of them the databases outgrow memory and the processor's "
     "caches. Name the encodings that you need, or look for what the texts have in common."},
    {Code::kCannotRead, "a file cannot be read", "The message is the system's."},
    {Code::kCannotWrite, "the bundle cannot be written", "The old file, if there was one, is untouched."},
    {Code::kNoRules, "the policy has no rules", "A policy without rules finds nothing; that is never what was meant."},
    {Code::kBuildFailed, "the pattern databases could not be built", "The message is Hyperscan's."},
};

}  // namespace

std::optional<CodeText> ExplainCode(uint16_t number) {
  for (const CodeText& text : kCodes) {
    if (static_cast<uint16_t>(text.code) == number) return text;
  }
  return std::nullopt;
}

}  // namespace sluice::syntax
