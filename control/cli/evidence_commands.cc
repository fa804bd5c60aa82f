// sluicectl evidence: what the vault has, an item of it as a file, and off the appliance the keys, and what is in such a file.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/text_table.h"
#include "base/visible_text.h"
#include "control/cli/commands.h"
#include "control/evidence/item_reader.h"

namespace sluice::cli {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

struct Wanted {
  std::string id, reason, out, name, file, key;
  uint64_t limit = 100;
};

void ShowList(const std::string& body) {
  const Json answer = Json::parse(body);
  TextTable table({"ID", "TIME (UTC)", "STATE", "KEPT", "OF", "PACKETS", "RULE", "CLIENT", "DIGEST", "DOCUMENT"});
  for (const Json& one : answer["evidence"]) {
    table.Add({std::to_string(one["id"].get<uint64_t>()), one["time"].get<std::string>().substr(0, 19), one["outcome"], std::to_string(one["bytes_kept"].get<uint64_t>()),
               std::to_string(one["bytes"].get<uint64_t>()), std::to_string(one["packets"].get<uint64_t>()), one["rule"], one["client"],
               one.value("digest", std::string("-")).substr(0, 16), one["name"]});
  }
  std::fputs(table.Render().c_str(), stdout);
}

// Never over a file that is there: evidence that was fetched once is not to be lost to a second try.
Status WriteNew(const std::string& path, const std::string& bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return Error::FromErrno(errno, path);
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = write(file, bytes.data() + done, bytes.size() - done);
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  const int error = errno;
  close(file);
  if (done == bytes.size()) return {};
  unlink(path.c_str());
  return Error::FromErrno(error, path);
}

void Fetch(Session& session, const Wanted& wanted) {
  const Result<std::string> item = session.client().Get("/v1/evidence/" + Segment(wanted.id) + Query({{"reason", wanted.reason}}));
  if (!item) return session.Fail(item.error());
  if (const Status written = WriteNew(wanted.out, *item); !written) return session.Fail(written.error());
  std::printf("%s: %zu bytes, sealed; `sluicectl evidence open` reads it where the key is\n", VisibleText(wanted.out).c_str(), item->size());
}

void NewKey(Session& session, const Wanted& wanted) {
  const Result<evidence::OpeningKey> key = evidence::OpeningKey::Generate();
  if (!key) return session.Fail(key.error());
  if (const Status written = evidence::WriteKeyPair(wanted.name, *key); !written) return session.Fail(written.error());
  std::printf("%s.key: opens evidence; keep it here, off the appliance, and keep it\n%s.pub: %s, for `evidence: {public_key: …}` of sluice.yaml\n",
              wanted.name.c_str(), wanted.name.c_str(), Fingerprint(key->sealing_key()).c_str());
}

Result<evidence::OpenedItem> Open(const Wanted& wanted) {
  const Result<evidence::OpeningKey> key = evidence::OpeningKey::Read(wanted.key);
  if (!key) return key.error();
  std::ifstream file(wanted.file, std::ios::binary);
  if (!file) return Error(ErrorCode::kNotFound, "cannot open " + wanted.file);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return evidence::OpenItem({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, *key);
}

void OpenFile(Session& session, const Wanted& wanted) {
  const Result<evidence::OpenedItem> opened = Open(wanted);
  if (!opened) return session.Fail(opened.error());
  const std::string stem = wanted.out.empty() ? wanted.file : wanted.out;
  if (const Status written = WriteNew(stem + ".object", opened->object); !written) return session.Fail(written.error());
  if (!opened->capture.empty()) {
    if (const Status written = WriteNew(stem + ".pcap", opened->capture); !written) return session.Fail(written.error());
  }
  if (session.json) {
    std::printf("{\"facts\":%s,\"end\":%s}\n", opened->facts.c_str(), opened->end.c_str());
    return;
  }
  const Json facts = Json::parse(opened->facts), end = Json::parse(opened->end);
  for (const auto& [name, value] : facts.items()) std::printf("%-18s %s\n", name.c_str(), VisibleText(value.is_string() ? value.get<std::string>() : value.dump()).c_str());
  for (const auto& [name, value] : end.items()) std::printf("%-18s %s\n", name.c_str(), VisibleText(value.get<std::string>()).c_str());
  std::printf("%s.object: %zu bytes\n", VisibleText(stem).c_str(), opened->object.size());
  if (!opened->capture.empty()) std::printf("%s.pcap: %zu bytes\n", VisibleText(stem).c_str(), opened->capture.size());
}

}  // namespace

void AddEvidenceCommands(CLI::App& app, Session& session) {
  CLI::App* evidence = app.add_subcommand("evidence", "objects and packets that rules asked to keep");
  evidence->require_subcommand(1);
  auto wanted = std::make_shared<Wanted>();
  CLI::App* list = evidence->add_subcommand("list", "what the vault has, and what it has not and why; newest first");
  list->add_option("--limit", wanted->limit, "how many")->capture_default_str();
  list->callback([&session, wanted] { session.Print(session.client().Get("/v1/evidence" + Query({{"limit", std::to_string(wanted->limit)}})), ShowList); });
  CLI::App* fetch = evidence->add_subcommand("fetch", "one item, sealed as it is; the audit log keeps who and why");
  fetch->add_option("id", wanted->id, "its number")->required();
  fetch->add_option("--reason", wanted->reason, "why, for the audit log")->required();
  fetch->add_option("-o,--output", wanted->out, "the file to make")->required();
  fetch->callback([&session, wanted] { Fetch(session, *wanted); });
  CLI::App* new_key = evidence->add_subcommand("new-key", "makes NAME.key and NAME.pub; on a machine that is not the appliance");
  new_key->add_option("name", wanted->name, "of the two files, without ending")->required();
  new_key->callback([&session, wanted] { NewKey(session, *wanted); });
  CLI::App* open = evidence->add_subcommand("open", "what is in a file that was fetched, off the appliance: NAME.object and NAME.pcap");
  open->add_option("file", wanted->file, "as `fetch` made it")->required();
  open->add_option("--key", wanted->key, "the file NAME.key")->required();
  open->add_option("-o,--output", wanted->out, "NAME of the files to make; the item's own unless given");
  open->callback([&session, wanted] { OpenFile(session, *wanted); });
}

}  // namespace sluice::cli
