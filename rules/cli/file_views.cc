#include "rules/cli/file_views.h"

#include <map>
#include <utility>

#include "dataplane/decode/decoder_chain.h"
#include "dataplane/decode/member_place.h"

namespace sluice::cli {
namespace {

using decode::DecodeOutcome;
using decode::ViewPiece;

constexpr size_t kRun = size_t{1} << 20;

class Reader {
 public:
  Reader(const std::string& name, ByteView file, const std::function<void(const View&)>& on_view) : on_view_(on_view) {
    whole_.path = {"file"};
    whole_.bytes = file;
    whole_type_ = content::DetectMediaType(file);
    description_.name.Assign(name);
    whole_.name = "/" + name.substr(name.rfind('/') + 1);
  }

  std::vector<Unopened> Read(decode::DecodeRoom& room) {
    decode::DecoderChain* chain = room.Open(description_);
    if (chain == nullptr) return {{"decoder_pool_empty", whole_.path, whole_.bytes.size()}};
    for (size_t at = 0; at < whole_.bytes.size(); at += kRun) {
      chain->Feed(whole_.bytes.Sub(at, kRun));
      Take(*chain);
      whole_.is_coded = whole_.is_coded || (chain->is_open() && chain->kind() == decode::CodingKind::kContent);
    }
    chain->End();
    Take(*chain);
    room.Close(chain);
    if (!whole_opened_) NoteType(whole_.path, whole_type_, whole_.bytes.size());
    on_view_(whole_);
    return std::move(unopened_);
  }

 private:
  struct OpenView {
    decode::ViewNumber parent = 0;
    std::vector<std::string> path;
    std::string bytes;
    content::MediaType type;
    bool is_reading = false, opened = false;
    std::vector<Reading> readings;
    std::string name;
    uint8_t where = model::Where::kBody;
  };

  void Take(decode::DecoderChain& chain) {
    ViewPiece piece;
    while (chain.Next(piece)) {
      switch (piece.kind) {
        case ViewPiece::Kind::kBegin: Begin(piece); break;
        case ViewPiece::Kind::kData: views_[piece.view].bytes += piece.bytes.AsText(); break;
        case ViewPiece::Kind::kEnd: End(piece); break;
        case ViewPiece::Kind::kDeferred: break;  // here the room waits for extractors
        case ViewPiece::Kind::kRefused:
          Note(piece, PathOf(piece.view));
          MarkOpened(piece.view);
          break;
      }
    }
  }

  const std::vector<std::string>& PathOf(decode::ViewNumber view) { return view == 0 ? whole_.path : views_[view].path; }
  void MarkOpened(decode::ViewNumber view) { (view == 0 ? whole_opened_ : views_[view].opened) = true; }

  void Begin(const ViewPiece& piece) {
    OpenView view;
    view.parent = piece.parent;
    view.path = PathOf(piece.parent);
    view.path.emplace_back(piece.element);
    view.type = piece.type;
    view.is_reading = piece.is_reading;
    if (!piece.name.empty()) view.name = (piece.name.front() == '/' ? "" : "/") + std::string(piece.name);
    view.where = decode::WhereOf(piece.element, piece.is_reading, piece.parent == 0 ? whole_.where : views_[piece.parent].where);
    MarkOpened(piece.parent);
    views_[piece.view] = std::move(view);
  }

  void End(const ViewPiece& piece) {
    OpenView view = std::move(views_[piece.view]);
    views_.erase(piece.view);
    Note(piece, view.path);
    if (view.is_reading) {
      std::vector<Reading>& readings = view.parent == 0 ? whole_.readings : views_[view.parent].readings;
      readings.push_back({std::move(view.path), std::move(view.bytes)});
      for (Reading& reading : view.readings) readings.push_back(std::move(reading));
      return;
    }
    const bool picture = view.type.name.starts_with("image/") || view.type.name.starts_with("audio/") || view.type.name.starts_with("video/");
    if (!view.opened && !picture && piece.outcome == DecodeOutcome::kComplete) NoteType(view.path, view.type, view.bytes.size());
    on_view_({std::move(view.path), ByteView(view.bytes), false, std::move(view.readings), std::move(view.name), view.where});
  }

  void Note(const ViewPiece& piece, const std::vector<std::string>& path) {
    if (piece.outcome != DecodeOutcome::kComplete) unopened_.push_back({std::string(Name(piece.outcome)), path, piece.opaque_bytes});
  }

  void NoteType(const std::vector<std::string>& path, const content::MediaType& type, uint64_t bytes) {
    if (type.openness == content::Openness::kEncrypted) unopened_.push_back({"encrypted_container", path, bytes});
    if (type.openness == content::Openness::kContainer) unopened_.push_back({"unopened_container", path, bytes});
    if (type.openness == content::Openness::kOpaque) unopened_.push_back({"opaque_content", path, bytes});
  }

  const std::function<void(const View&)>& on_view_;
  content::ObjectDescription description_;
  View whole_;
  content::MediaType whole_type_;
  bool whole_opened_ = false;
  std::map<decode::ViewNumber, OpenView> views_;
  std::vector<Unopened> unopened_;
};

}  // namespace

std::vector<Unopened> ReadViews(decode::DecodeRoom& room, const std::string& name, ByteView file, const std::function<void(const View&)>& on_view) {
  return Reader(name, file, on_view).Read(room);
}

}  // namespace sluice::cli
