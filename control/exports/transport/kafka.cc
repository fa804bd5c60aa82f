// kafka: a message for each record, acknowledged by all replicas in sync; the id of the record is its header `id`.
#include <librdkafka/rdkafka.h>

#include <array>

#include "control/exports/transport/transport.h"

namespace sluice::exports {
namespace {

// What became of a batch: told by the producer's callbacks, which run within rd_kafka_flush.
struct Outcome {
  size_t confirmed = 0;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto& outcome = *static_cast<Outcome*>(message->_private);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++outcome.confirmed;
  } else {
    outcome.error = message->err;
  }
}

class Kafka final : public Transport {
 public:
  static Result<std::unique_ptr<Transport>> Make(const config::ExportOptions& options) {
    auto kafka = std::make_unique<Kafka>();
    kafka->topic_ = options.topic;
    char fault[512] = "";
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const auto patience = std::to_string(kPatience.count());
    const std::pair<const char*, std::string> settings[] = {
        {"bootstrap.servers", options.address}, {"client.id", "sluice"}, {"acks", "all"}, {"enable.idempotence", "true"}, {"linger.ms", "5"},
        {"message.timeout.ms", patience}, {"log.connection.close", "false"}, {"log_level", "0"},
        {"security.protocol", options.ca_file.empty() && options.certificate.empty() ? "plaintext" : "ssl"}, {"ssl.ca.location", options.ca_file},
        {"ssl.certificate.location", options.certificate}, {"ssl.key.location", options.key}};
    for (const auto& [key, value] : settings) {
      if (value.empty()) continue;
      if (rd_kafka_conf_set(conf, key, value.c_str(), fault, sizeof fault) == RD_KAFKA_CONF_OK) continue;
      rd_kafka_conf_destroy(conf);
      return Error(ErrorCode::kInvalidArgument, std::string("kafka: ") + fault);
    }
    rd_kafka_conf_set_dr_msg_cb(conf, OnDelivery);
    kafka->producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, fault, sizeof fault);  // takes `conf` where it succeeds
    if (kafka->producer_ == nullptr) {
      rd_kafka_conf_destroy(conf);
      return Error(ErrorCode::kIo, std::string("kafka: ") + fault);
    }
    return std::unique_ptr<Transport>(std::move(kafka));
  }
  ~Kafka() override {
    if (producer_ == nullptr) return;
    rd_kafka_purge(producer_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(producer_, 100);
    rd_kafka_destroy(producer_);
  }

  Status Deliver(std::span<const Message> messages) override {
    Outcome outcome;
    for (const Message& message : messages) {
      outcome.error = Produce(message, outcome);
      if (outcome.error != RD_KAFKA_RESP_ERR_NO_ERROR) break;
    }
    // Each message is confirmed or given up within message.timeout.ms; none may outlive `outcome`.
    rd_kafka_flush(producer_, static_cast<int>(2 * kPatience.count()));
    if (rd_kafka_outq_len(producer_) > 0) {
      rd_kafka_purge(producer_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
      while (rd_kafka_outq_len(producer_) > 0) rd_kafka_poll(producer_, 100);
    }
    if (outcome.confirmed == messages.size()) return {};
    return Error(ErrorCode::kIo, std::string("kafka: ") + std::to_string(messages.size() - outcome.confirmed) + " of " +
                                     std::to_string(messages.size()) + " records not acknowledged: " + rd_kafka_err2str(outcome.error));
  }

 private:
  // Hands a copy over. The macros of rdkafka.h would do this with C casts.
  rd_kafka_resp_err_t Produce(const Message& message, Outcome& outcome) {
    std::array<rd_kafka_vu_t, 6> parts{};
    parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    parts[0].u.cstr = topic_.c_str();
    parts[1].vtype = RD_KAFKA_VTYPE_KEY;
    parts[1].u.mem = {const_cast<char*>(message.id.data()), message.id.size()};
    parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
    parts[2].u.mem = {const_cast<char*>(message.text.data()), message.text.size()};
    parts[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    parts[3].u.i = RD_KAFKA_MSG_F_COPY;
    parts[4].vtype = RD_KAFKA_VTYPE_HEADER;
    parts[4].u.header = {"id", message.id.data(), static_cast<ssize_t>(message.id.size())};
    parts[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
    parts[5].u.ptr = &outcome;
    rd_kafka_error_t* const refused = rd_kafka_produceva(producer_, parts.data(), parts.size());
    if (refused == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
    const rd_kafka_resp_err_t code = rd_kafka_error_code(refused);
    rd_kafka_error_destroy(refused);
    return code;
  }

  std::string topic_;
  rd_kafka_t* producer_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Transport>> MakeKafka(const config::ExportOptions& options) { return Kafka::Make(options); }

}  // namespace sluice::exports
