#include "dataplane/extract/document_store.h"

namespace sluice::extract {
namespace {

using Status = DocumentStore::Status;

TEST(DocumentStore, ListsTheChunksOfADocumentInOrderAndGivesThemBack) {
  DocumentStore store = DocumentStore::Create(4 * kChunkBytes, 4 * kChunkBytes).value();
  StoredDocument first, second;
  const std::string bytes(kChunkBytes, 'a');
  EXPECT_EQ(store.Append(first, ByteView(bytes)), Status::kStored);
  EXPECT_EQ(store.Append(second, ByteView(bytes)), Status::kStored);
  EXPECT_EQ(store.Append(first, ByteView(std::string_view("more"))), Status::kStored);
  std::vector<uint32_t> places(first.chunks);
  store.ListChunks(first, places.data());
  EXPECT_EQ(places, (std::vector<uint32_t>{0, 2}));
  EXPECT_EQ(first.bytes, kChunkBytes + 4);
  store.Free(first);
  store.Free(second);
  EXPECT_EQ(store.used(), 0u);
}

TEST(DocumentStore, RefusesWhatIsTooLargeAndWhatDoesNotFit) {
  DocumentStore store = DocumentStore::Create(3 * kChunkBytes, 2 * kChunkBytes).value();
  StoredDocument large, other;
  const std::string bytes(2 * kChunkBytes, 'a');
  EXPECT_EQ(store.Append(large, ByteView(bytes)), Status::kStored);
  EXPECT_EQ(store.Append(large, ByteView(std::string_view("x"))), Status::kDocumentTooLarge);
  EXPECT_EQ(store.Append(other, ByteView(bytes)), Status::kStoreFull);
  store.Free(large);
  store.Free(other);
  EXPECT_EQ(store.used(), 0u);
  EXPECT_EQ(store.Append(other, ByteView(bytes)), Status::kStored) << "what was refused gave back what it had";
}

}  // namespace
}  // namespace sluice::extract
