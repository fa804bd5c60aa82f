// Against librdkafka's own mock cluster: real connections over loopback, brokers that go down and come back.
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <set>

#include "control/exports/transport/transport.h"

namespace sluice::exports {
namespace {

const Message kMessages[] = {{"a-1", "{\"n\":1}", 0, "", "finding"}, {"a-2", "{\"n\":2}", 0, "", "finding"}};

class Cluster {
 public:
  Cluster() : owner_(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0)), cluster_(rd_kafka_mock_cluster_new(owner_, 1)) {
    rd_kafka_mock_topic_create(cluster_, "findings", 1, 1);
  }
  ~Cluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(owner_);
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  void Down() { rd_kafka_mock_broker_set_down(cluster_, 1); }
  void Up() { rd_kafka_mock_broker_set_up(cluster_, 1); }

  // The values of `count` messages from the beginning, by the header `id`.
  std::multiset<std::string> Read(size_t count) const {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers().c_str(), nullptr, 0);
    rd_kafka_conf_set(conf, "group.id", "test", nullptr, 0);
    rd_kafka_t* reader = rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0);
    rd_kafka_topic_partition_list_t* all = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(all, "findings", 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    rd_kafka_assign(reader, all);
    rd_kafka_topic_partition_list_destroy(all);
    std::multiset<std::string> got;
    for (int tries = 0; tries < 300 && got.size() < count; ++tries) {
      rd_kafka_message_t* message = rd_kafka_consumer_poll(reader, 100);
      if (message == nullptr) continue;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) got.insert(IdOf(*message) + "=" + std::string(static_cast<const char*>(message->payload), message->len));
      rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(reader);
    rd_kafka_destroy(reader);
    return got;
  }

 private:
  static std::string IdOf(const rd_kafka_message_t& message) {
    rd_kafka_headers_t* headers = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return "";
    if (rd_kafka_header_get_last(headers, "id", &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) return "";
    return std::string(static_cast<const char*>(value), size);
  }

  rd_kafka_t* const owner_;
  rd_kafka_mock_cluster_t* const cluster_;
};

std::unique_ptr<Transport> To(const Cluster& cluster) {
  config::ExportOptions options;
  options.address = cluster.brokers();
  options.topic = "findings";
  auto transport = MakeKafka(options);
  EXPECT_TRUE(transport.ok());
  return std::move(*transport);
}

const std::multiset<std::string> kBoth = {"a-1={\"n\":1}", "a-2={\"n\":2}"};

TEST(Kafka, DeliversMessagesWithTheirIds) {
  Cluster cluster;
  ASSERT_TRUE(To(cluster)->Deliver(kMessages));
  EXPECT_EQ(cluster.Read(2), kBoth);
}

TEST(Kafka, SaysWhenNoBrokerAnswersAndDeliversWhenOneDoes) {
  Cluster cluster;
  const auto transport = To(cluster);
  cluster.Down();
  const Status status = transport->Deliver(kMessages);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message().find("2 of 2"), std::string::npos) << status.error().message();
  cluster.Up();
  Status again = transport->Deliver(kMessages);
  for (int tries = 0; tries < 5 && !again; ++tries) again = transport->Deliver(kMessages);
  ASSERT_TRUE(again);
  const std::multiset<std::string> got = cluster.Read(2);
  for (const std::string& one : kBoth) EXPECT_GE(got.count(one), 1u) << one;
}

}  // namespace
}  // namespace sluice::exports
