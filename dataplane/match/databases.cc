#include "dataplane/match/databases.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace sluice::match {
namespace {

Error Refused(size_t index, std::string_view doing, hs_error_t code) {
  return {ErrorCode::kUnsupported, "Hyperscan refused to " + std::string(doing) + " database " + std::to_string(index) +
                                       " of the bundle (error " + std::to_string(code) +
                                       "); rebuild the bundle on this machine with `sluicec compile`"};
}

}  // namespace

Result<std::shared_ptr<const Databases>> Databases::Load(const bundle::Bundle& policy) {
  auto loaded = std::make_shared<Databases>();
  for (size_t i = 0; i < policy.databases().size(); ++i) {
    const bundle::Database& source = policy.databases()[i];
    hs_database_t* raw = nullptr;
    const auto* blob = reinterpret_cast<const char*>(source.blob.data());
    if (const hs_error_t code = hs_deserialize_database(blob, source.blob.size(), &raw); code != HS_SUCCESS) {
      return Refused(i, "load", code);
    }
    if (source.mode == bundle::DatabaseMode::kBlock) {
      (source.cost == bundle::CostClass::kNumbers ? loaded->numbers_ : loaded->anchored_).emplace_back(raw);
      continue;
    }
    StreamDatabase entry{DatabasePointer(raw), 0};
    if (const hs_error_t code = hs_stream_size(raw, &entry.stream_bytes); code != HS_SUCCESS) {
      return Refused(i, "size the streams of", code);
    }
    loaded->streaming_.push_back(std::move(entry));
  }
  return std::shared_ptr<const Databases>(std::move(loaded));
}

Result<std::shared_ptr<const Databases>> Databases::Of(const std::shared_ptr<const bundle::Bundle>& policy) {
  using Owner = std::weak_ptr<const bundle::Bundle>;
  static std::mutex mutex;
  static std::map<Owner, std::weak_ptr<const Databases>, std::owner_less<Owner>> loaded;
  const std::lock_guard lock(mutex);
  std::erase_if(loaded, [](const auto& entry) { return entry.first.expired() || entry.second.expired(); });
  if (const auto found = loaded.find(policy); found != loaded.end()) {
    if (std::shared_ptr<const Databases> databases = found->second.lock()) return databases;
  }
  Result<std::shared_ptr<const Databases>> databases = Load(*policy);
  if (databases) loaded[policy] = *databases;
  return databases;
}

Result<ScratchPointer> Databases::MakeScratch() const {
  std::vector<const hs_database_t*> all;
  for (const StreamDatabase& streaming : streaming_) all.push_back(streaming.database.get());
  for (const DatabasePointer& database : numbers_) all.push_back(database.get());
  for (const DatabasePointer& database : anchored_) all.push_back(database.get());
  hs_scratch_t* raw = nullptr;
  for (size_t i = 0; i < all.size(); ++i) {
    // Grows what is there; on failure the scratch stays as it was and is still ours.
    if (const hs_error_t code = hs_alloc_scratch(all[i], &raw); code != HS_SUCCESS) {
      const ScratchPointer owned(raw);
      return Refused(i, "make scratch memory for", code);
    }
  }
  return ScratchPointer(raw);
}

}  // namespace sluice::match
