// The incident database as SQLite sees it: its tables, its version, and the statements that commits of findings use.
//
// Thread: that of the writing connection. Allocates: yes. Failure: kCorrupt, or kVersionMismatch where it is not ours.
#pragma once

#include <memory>
#include <string>

#include "control/database/database.h"

namespace sluice::incident {

// Makes the tables of a new database; checks those of an old one.
Status MakeSchema(database::Database& database, const std::string& path);

// Prepared once, since every finding needs them. REQUIRES: the database outlives them.
struct Statements {
  static Result<std::unique_ptr<Statements>> Prepare(database::Database& database);

  database::Statement find_named;         // client, rule, destination, port, document, last finding at least: id
  database::Statement find_by_reference;  // reference, document: id
  database::Statement insert;
  database::Statement join;
  database::Statement adopt;              // id, document, media type
  database::Statement look_up_reference;  // id, reference: whether it is known, how many there are
  database::Statement add_reference;      // id, reference
  database::Statement leave_out;          // id, how many references
};

}  // namespace sluice::incident
