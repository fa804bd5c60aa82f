// TokenStore: the tokens that the API takes, in a database of their own; a token is there before it is shown to anybody, and gone from
// memory before its revocation is answered.
//
// The database holds digests, never secrets. When a token was last used is written down about once a minute, so a crash may lose that.
// Thread: any. Allocates: yes. Failure: a corrupt database is set aside, which revokes every token and is an alarm.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "control/access/role.h"
#include "control/access/token.h"
#include "control/database/database.h"

namespace sluice::access {

struct Token {
  std::string name;    // what people call it
  std::string user;    // on whose behalf it asks
  Role role = Role::kViewer;
  std::string author;  // who made it
  std::string number;  // the public part of its text
  Timestamp made;
  std::optional<Timestamp> expires;    // nothing: never
  std::optional<Timestamp> last_used;  // nothing: not yet
};

enum class TokenVerdict : uint8_t { kGood, kExpired, kUnknown };

class TokenStore {
 public:
  static constexpr size_t kMaxTokens = 1000;
  static constexpr size_t kMaxNameBytes = 64;

  static Result<std::unique_ptr<TokenStore>> Open(const std::string& path);
  ~TokenStore();
  TokenStore(const TokenStore&) = delete;
  TokenStore& operator=(const TokenStore&) = delete;

  // Returns its text, which nobody can ask for again. `token`: without number and time of use. Errors: the name is taken, too many.
  Result<std::string> Add(Token token);
  // Of no use from now on. kNotFound where there is none of that name.
  Result<Token> Revoke(const std::string& name);
  // By name.
  std::vector<Token> List() const;
  std::optional<Token> Find(const std::string& name) const;

  struct Answer {
    TokenVerdict verdict = TokenVerdict::kUnknown;
    std::optional<Token> token;  // kGood and kExpired
  };
  // `text` as somebody showed it. Never waits for the disk.
  Answer Check(std::string_view text, Timestamp now);
  // Writes down when tokens were last used, where that was a while ago. Waits for the disk.
  void Settle(Timestamp now);

  std::vector<std::string> Alarms() const;

  // Letters, digits and ".-_@": what can be written in a path and on a terminal as it is.
  static bool IsName(std::string_view text);

 private:
  struct Entry {
    Token token;
    TokenDigest digest{};
    bool used_since = false;  // its last use is not written down
  };

  TokenStore(database::Database database, std::vector<std::string> alarms) : database_(std::move(database)), alarms_(std::move(alarms)) {}
  Status Read();
  void WriteUses();

  mutable std::mutex disk_;  // held while the database is used; before mutex_ where both are
  database::Database database_;
  std::vector<std::string> alarms_;  // of the start
  mutable std::mutex mutex_;         // guards all below
  std::map<std::string, Entry, std::less<>> entries_;  // by number
  std::optional<Timestamp> settled_;
};

}  // namespace sluice::access
