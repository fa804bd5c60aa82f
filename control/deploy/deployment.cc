#include "control/deploy/deployment.h"

#include <chrono>
#include <utility>

#include "base/log.h"
#include "rules/syntax/source.h"

namespace sluice::deploy {
namespace {

constexpr char kItself[] = "sluiced";

Timestamp Now() {
  return Timestamp::FromNanoseconds(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
}

ByteView View(const std::vector<uint8_t>& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

Result<std::unique_ptr<Deployment>> Deployment::Open(const DeploymentOptions& options) {
  Result<std::unique_ptr<PolicyStore>> store = PolicyStore::Open(options.directory);
  if (!store) return store.error();
  return std::unique_ptr<Deployment>(new Deployment(options, std::move(*store)));
}

void Deployment::Connect(Target* target) {
  const std::lock_guard<std::mutex> lock(publishing_);
  target_ = target;
}

// ---- Taking in ---------------------------------------------------------------------------------------------------------

Result<Version> Deployment::Keep(const std::string& author, const std::string& comment, ByteView bytes, const bundle::Bundle& bundle) {
  Version version;
  version.digest = bundle.digest();
  version.author = author;
  version.comment = comment;
  version.time = Now();
  version.rules = bundle.rules().size();
  if (bundle.signer()) version.signer = bundle::Fingerprint(*bundle.signer());
  const std::lock_guard<std::mutex> lock(mutex_);
  return store_->Add(std::move(version), bytes);
}

Result<Version> Deployment::UploadBundle(const std::string& author, const std::string& comment, ByteView bytes) {
  const std::unique_lock<std::mutex> only_one(uploading_, std::try_to_lock);
  if (!only_one) return Error(ErrorCode::kResourceExhausted, "another policy is being tried; ask again when it is done");
  // The signature, and the registered documents that it asks for.
  Result<std::shared_ptr<const bundle::Bundle>> bundle = bundle::ParseToRun(bytes, options_.trusted, options_.signatures);
  if (!bundle) return Error(ErrorCode::kInvalidArgument, bundle.error().message());
  const Result<bundle::Platform> here = bundle::LocalPlatform();
  if (!here) return here.error();
  const Status runs_here = bundle::CheckRunsOn((*bundle)->platform(), *here);
  // A rebuilt bundle would not be what was signed.
  if (!runs_here && !options_.trusted.empty()) return Error(ErrorCode::kInvalidArgument, runs_here.error().message());
  const Result<std::vector<uint8_t>> tried = SelfTestBundle(**bundle);
  if (!tried) return tried.error();
  if (runs_here) return Keep(author, comment, bytes, **bundle);
  bundle = bundle::ParseToRun(View(*tried), options_.trusted, options_.signatures);
  return bundle ? Keep(author, comment, View(*tried), **bundle) : bundle.error();
}

Result<Version> Deployment::UploadSources(const std::string& author, const std::string& comment, const std::vector<NamedSource>& sources) {
  if (!options_.trusted.empty()) {
    return Error(ErrorCode::kUnsupported, "only signed policies are taken here (`trusted_keys`), and the appliance has no key to sign with: "
                                          "compile and sign with `sluicec compile --sign`, and upload the bundle");
  }
  const std::unique_lock<std::mutex> only_one(uploading_, std::try_to_lock);
  if (!only_one) return Error(ErrorCode::kResourceExhausted, "another policy is being tried; ask again when it is done");
  const Result<std::vector<uint8_t>> compiled = SelfTestSources(sources);
  return compiled ? KeepOwn(author, comment, *compiled) : Result<Version>(compiled.error());
}

Result<Version> Deployment::KeepOwn(const std::string& author, const std::string& comment, const std::vector<uint8_t>& compiled) {
  const auto bundle = bundle::ParseToRun(View(compiled), options_.trusted, options_.signatures);
  if (!bundle) return Error(ErrorCode::kInvalidArgument, bundle.error().message());
  return Keep(author, comment, View(compiled), **bundle);
}

Result<std::shared_ptr<const bundle::Bundle>> Deployment::LoadInForce() {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Result<std::optional<Publication>> in_force = store_->InForce();
  if (!in_force) return in_force.error();
  if (!*in_force) return Error(ErrorCode::kNotFound, "no policy is in force");
  const Result<Version> version = store_->Get((*in_force)->version);
  return version ? LoadVersion(*version) : version.error();
}

Result<Version> Deployment::UploadAmended(const std::string& author, const std::string& comment, const Amend& amend) {
  const std::unique_lock<std::mutex> only_one(uploading_, std::try_to_lock);
  if (!only_one) return Error(ErrorCode::kResourceExhausted, "another policy is being tried; ask again when it is done");
  const auto policy = LoadInForce();
  if (!policy) return policy.error();
  syntax::SourceSet sources, amended_sources;
  for (const bundle::Source& source : (*policy)->sources()) sources.Add(source.name, source.text, source.kind);
  const Result<amend::Amended> amended = amend(sources);
  if (!amended) return amended.error();
  if (!options_.trusted.empty()) {
    return Error(ErrorCode::kUnsupported, "only signed policies are taken here (`trusted_keys`), and the appliance has no key to sign with: add to the rule in " +
                                              sources.file(amended->file).name() + ", compile and sign with `sluicec compile --sign`, and upload the bundle\n" + amended->added);
  }
  for (uint32_t file = 0; file < sources.size(); ++file) {
    const syntax::SourceFile& source = sources.file(file);
    amended_sources.Add(source.name(), file == amended->file ? amended->text : source.text(), source.kind());
  }
  const Result<std::vector<uint8_t>> compiled = SelfTestSet(std::move(amended_sources));
  return compiled ? KeepOwn(author, comment, *compiled) : Result<Version>(compiled.error());
}

Result<Version> Deployment::KeepFile(const bundle::Bundle& file, const std::string& path) {
  const Result<std::string> text = syntax::SourceSet::ReadFile(path);
  if (!text) return text.error();
  const ByteView bytes(reinterpret_cast<const uint8_t*>(text->data()), text->size());
  const auto read_again = bundle::Parse(bytes, options_.trusted);
  if (!read_again || (*read_again)->digest() != file.digest()) return Error(ErrorCode::kIo, "the file " + path + " changed while it was read");
  return Keep(kItself, "from " + path, bytes, file);
}

// ---- In and out of force -----------------------------------------------------------------------------------------------

Result<std::shared_ptr<const bundle::Bundle>> Deployment::LoadVersion(const Version& version) const {
  auto policy = bundle::Load(store_->PathOf(version), options_.trusted, options_.signatures);
  if (policy && (*policy)->digest() != version.digest) return Error(ErrorCode::kCorrupt, "the file of policy " + std::to_string(version.id) + " is not what was uploaded");
  return policy;
}

Result<Publication> Deployment::PutInForce(const Version& version, std::shared_ptr<const bundle::Bundle> policy, const std::string& author, const std::string& how) {
  if (target_ == nullptr) return Error(ErrorCode::kUnsupported, "packets are not forwarded yet, or not any more");
  if (Status ended = StopTrying(); !ended) return ended.error();
  const Result<uint32_t> generation = target_->Publish(std::move(policy));
  if (!generation) return generation.error();
  const Publication publication{version.id, author, how, Now(), *generation};
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Status written = store_->Record(publication); !written) {
    return Error(ErrorCode::kIo, "the policy is in force, but will not be after a restart, since that could not be written: " + written.error().message());
  }
  return publication;
}

Result<Publication> Deployment::Publish(const std::string& author, VersionId id) {
  const std::lock_guard<std::mutex> one_at_a_time(publishing_);
  const Result<Version> version = Get(id);
  if (!version) return version.error();
  Result<std::shared_ptr<const bundle::Bundle>> policy = LoadVersion(*version);
  if (!policy) return policy.error();
  return PutInForce(*version, std::move(*policy), author, "publish");
}

Result<Publication> Deployment::Rollback(const std::string& author) {
  const std::lock_guard<std::mutex> one_at_a_time(publishing_);
  Result<std::optional<Publication>> before = [this] {
    const std::lock_guard<std::mutex> lock(mutex_);
    return store_->Before();
  }();
  if (!before) return before.error();
  if (!*before) return Error(ErrorCode::kUnsupported, "there was no other policy in force before this one");
  const Result<Version> version = Get((*before)->version);
  if (!version) return version.error();
  Result<std::shared_ptr<const bundle::Bundle>> policy = LoadVersion(*version);
  if (!policy) return policy.error();
  return PutInForce(*version, std::move(*policy), author, "rollback");
}

Result<Publication> Deployment::PublishFile(std::shared_ptr<const bundle::Bundle> file, const std::string& path) {
  const std::lock_guard<std::mutex> one_at_a_time(publishing_);
  const Result<Version> version = KeepFile(*file, path);
  if (!version) return version.error();
  const std::string digest(file->digest());
  Result<Publication> published = PutInForce(*version, std::move(file), kItself, "file");
  if (!published) return published;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Status noted = store_->SetFileDigest(digest); !noted) return noted.error();
  return published;
}

// What was published by people, and since when the file is as it is now. nullptr: the file has the last word.
Result<std::shared_ptr<const bundle::Bundle>> Deployment::ResumeLast(const std::string& file_digest) {
  const Result<std::string> known = store_->FileDigest();
  if (!known) return known.error();
  const Result<std::optional<Publication>> last = store_->InForce();
  if (!last) return last.error();
  if (!*last || *known != file_digest) return std::shared_ptr<const bundle::Bundle>();
  const Result<Version> version = store_->Get((*last)->version);
  if (!version) return version.error();
  if (version->digest == file_digest) return std::shared_ptr<const bundle::Bundle>();
  Result<std::shared_ptr<const bundle::Bundle>> policy = LoadVersion(*version);
  if (policy) return policy;
  alarms_.push_back("policy " + std::to_string(version->id) + " was in force and cannot be loaded any more; the configuration's own is in force instead: " +
                    policy.error().message());
  LogError(alarms_.back());
  return std::shared_ptr<const bundle::Bundle>();
}

Result<std::shared_ptr<const bundle::Bundle>> Deployment::Resume(std::shared_ptr<const bundle::Bundle> file, const std::string& path) {
  const std::string digest(file->digest());
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    Result<std::shared_ptr<const bundle::Bundle>> last = ResumeLast(digest);
    if (!last || *last != nullptr) return last;
  }
  if (const Status noted = NoteStart(*file, path); !noted) {
    const std::lock_guard<std::mutex> lock(mutex_);
    alarms_.push_back("the configuration's own policy is in force, and that could not be written down: " + noted.error().message());
    LogError(alarms_.back());
  }
  return file;
}

Status Deployment::NoteStart(const bundle::Bundle& file, const std::string& path) {
  const Result<Version> version = KeepFile(file, path);
  if (!version) return version.error();
  const std::lock_guard<std::mutex> lock(mutex_);
  const Result<std::optional<Publication>> before = store_->InForce();
  if (!before) return before.error();
  if (!*before || (*before)->version != version->id) {
    if (Status status = store_->Record({version->id, kItself, "start", Now(), 1}); !status) return status;
  }
  const Result<std::string> known = store_->FileDigest();
  if (!known) return known.error();
  return *known == file.digest() ? Status() : store_->SetFileDigest(std::string(file.digest()));
}

// ---- Trying beside the policy in force ---------------------------------------------------------------------------------

// REQUIRES: publishing_ is held.
Result<Trial> Deployment::TrialNow() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!trial_ || target_ == nullptr) return Error(ErrorCode::kNotFound, "no policy is being tried");
  Trial trial = *trial_;
  trial.report = target_->TrialReport();
  return trial;
}

Result<Trial> Deployment::Try(const std::string& author, VersionId id) {
  const std::lock_guard<std::mutex> one_at_a_time(publishing_);
  const Result<Version> version = Get(id);
  if (!version) return version.error();
  Result<std::shared_ptr<const bundle::Bundle>> policy = LoadVersion(*version);
  if (!policy) return policy.error();
  if (target_ == nullptr) return Error(ErrorCode::kUnsupported, "packets are not forwarded yet, or not any more");
  if (Status ended = StopTrying(); !ended) return ended.error();
  if (Status taken = target_->Try(std::move(*policy)); !taken) return taken.error();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    trial_ = Trial{*version, author, Now(), {}};
  }
  return TrialNow();
}

Result<Trial> Deployment::LookAtTrial() {
  const std::lock_guard<std::mutex> one_at_a_time(publishing_);
  return TrialNow();
}

Result<Trial> Deployment::EndTrial() {
  const std::lock_guard<std::mutex> one_at_a_time(publishing_);
  Result<Trial> last = TrialNow();
  if (!last) return last;
  if (Status ended = StopTrying(); !ended) return ended.error();
  return last;
}

// Against another policy in force its numbers would mean something else. REQUIRES: publishing_ is held.
Status Deployment::StopTrying() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!trial_) return {};
  }
  if (Status ended = target_->Try(nullptr); !ended) return ended;
  const std::lock_guard<std::mutex> lock(mutex_);
  trial_.reset();
  return {};
}

// ---- Looking -----------------------------------------------------------------------------------------------------------

Result<State> Deployment::List() {
  const std::lock_guard<std::mutex> lock(mutex_);
  State state;
  Result<std::vector<Version>> versions = store_->List();
  if (!versions) return versions.error();
  state.versions = std::move(*versions);
  const Result<std::optional<Publication>> in_force = store_->InForce();
  if (!in_force) return in_force.error();
  if (*in_force) state.in_force = (*in_force)->version;
  if (trial_) state.tried = trial_->version.id;
  return state;
}

Result<Version> Deployment::Get(VersionId id) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return store_->Get(id);
}

Result<std::vector<Publication>> Deployment::History(size_t limit) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return store_->History(limit);
}

std::vector<std::string> Deployment::Alarms() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return alarms_;
}

uint64_t Deployment::removed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return store_->removed();
}

}  // namespace sluice::deploy
