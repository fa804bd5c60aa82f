// Deployment: the way of a policy from an upload into force and back: verified, tried, kept, published, rolled back.
//
// What it acknowledges is on disk. Thread: any; one upload and one publication at a time. Allocates: yes. Failure: one sentence, or the
// compiler's diagnostics; the policy in force stays.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "control/deploy/policy_store.h"
#include "control/deploy/target.h"
#include "control/deploy/self_test.h"
#include "rules/amend/amend.h"

namespace sluice::deploy {

struct DeploymentOptions {
  std::string directory;              // of the control plane
  bundle::TrustedKeys trusted;        // none: anybody's policy will do
  bundle::SignatureFiles signatures;  // registered documents that policies may ask for
};

struct State {
  std::vector<Version> versions;  // newest first
  VersionId in_force = 0;         // 0: none of them
  VersionId tried = 0;            // beside it; 0: none
};

// How a policy does beside the one in force.
struct Trial {
  Version version;
  std::string author;
  Timestamp begun;
  pipeline::ShadowReport report;
};

class Deployment {
 public:
  static Result<std::unique_ptr<Deployment>> Open(const DeploymentOptions& options);

  // At the start: the policy that was in force when the process ended, unless the configuration's own file, which was loaded
  // from `path`, has changed since. Where the former cannot be loaded the latter is taken, and that is an alarm.
  Result<std::shared_ptr<const bundle::Bundle>> Resume(std::shared_ptr<const bundle::Bundle> file, const std::string& path);
  // From now on policies go there. nullptr: nowhere any more.
  void Connect(Target* target);

  // A bundle as `sluicec compile` writes it; `sluicec`'s own checks and the policy's tests are run again.
  Result<Version> UploadBundle(const std::string& author, const std::string& comment, ByteView bytes);
  // Rule packs. Refused where only signed policies are taken, since the appliance has no key to sign with.
  Result<Version> UploadSources(const std::string& author, const std::string& comment, const std::vector<NamedSource>& sources);

  // The policy in force with an entry more, as `amend` makes it of its sources. Where only signed policies are taken: refused, and the
  // error says what to add where.
  using Amend = std::function<Result<amend::Amended>(const syntax::SourceSet&)>;
  Result<Version> UploadAmended(const std::string& author, const std::string& comment, const Amend& amend);

  // Judges live traffic beside the policy in force, without effect, until it ends, another one is tried, or any is published.
  Result<Trial> Try(const std::string& author, VersionId id);
  // kNotFound where none is tried. EndTrial returns the last report.
  Result<Trial> LookAtTrial();
  Result<Trial> EndTrial();

  Result<Publication> Publish(const std::string& author, VersionId id);
  // Puts back what was in force before. Twice: returns to what it was.
  Result<Publication> Rollback(const std::string& author);
  // The configuration's own file was changed, and somebody asked to load it.
  Result<Publication> PublishFile(std::shared_ptr<const bundle::Bundle> file, const std::string& path);

  Result<State> List();
  Result<Version> Get(VersionId id);
  Result<std::vector<Publication>> History(size_t limit);
  // One sentence for each thing that somebody should see to.
  std::vector<std::string> Alarms() const;
  // Bundles that went because there were too many.
  uint64_t removed() const;

 private:
  Deployment(DeploymentOptions options, std::unique_ptr<PolicyStore> store) : options_(std::move(options)), store_(std::move(store)) {}
  Result<Version> Keep(const std::string& author, const std::string& comment, ByteView bytes, const bundle::Bundle& bundle);
  Result<Version> KeepOwn(const std::string& author, const std::string& comment, const std::vector<uint8_t>& compiled);
  Result<std::shared_ptr<const bundle::Bundle>> LoadInForce();
  Result<Version> KeepFile(const bundle::Bundle& file, const std::string& path);
  Result<std::shared_ptr<const bundle::Bundle>> LoadVersion(const Version& version) const;
  Result<Publication> PutInForce(const Version& version, std::shared_ptr<const bundle::Bundle> policy, const std::string& author, const std::string& how);
  Result<Trial> TrialNow();
  Status StopTrying();
  // That the configuration's own policy is in force from the start, where that is news.
  Status NoteStart(const bundle::Bundle& file, const std::string& path);
  Result<std::shared_ptr<const bundle::Bundle>> ResumeLast(const std::string& file_digest);

  const DeploymentOptions options_;
  std::mutex uploading_;
  std::mutex publishing_;       // held while workers acknowledge; taken before mutex_
  mutable std::mutex mutex_;    // guards all below
  std::unique_ptr<PolicyStore> store_;
  std::vector<std::string> alarms_;
  std::optional<Trial> trial_;  // its report is made when somebody asks
  Target* target_ = nullptr;    // guarded by publishing_
};

}  // namespace sluice::deploy
