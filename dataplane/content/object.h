// Object: a thing a person would name (an uploaded file, a request body, a mail part), as a protocol describes it.
//
// A description is filled by the protocol and read by everything after it. Thread: value type. Allocates: never.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/inline_text.h"
#include "dataplane/content/direction.h"

namespace sluice::content {

// Number of an object within its flow, from 1; 0 is no object.
using ObjectNumber = uint32_t;

// Where the bytes stand. Printed as the first element of a finding's `path`.
enum class Part : uint8_t {
  kTcpStream,          // "tcp.stream": raw bytes of a direction, protocol unknown
  kUdpPayload,         // "udp.payload"
  kIcmpPayload,        // "icmp.payload"
  kHttpRequestHead,    // "http.request.head": start line and header fields as they stood
  kHttpRequestBody,    // "http.request.body"
  kHttpResponseHead,
  kHttpResponseBody,
  kWebSocketMessage,   // "websocket.message"
  kSmtpControl,        // "smtp.control": commands, or replies
  kSmtpMessage,        // "smtp.message": message/rfc822, dots unstuffed
  kFtpControl,
  kFtpData,            // "ftp.data": the bytes of a data connection
  kImapControl,
  kImapMessage,        // "imap.message": literals of APPEND and FETCH
  kPop3Control,
  kPop3Message,
  kDnsMessage,         // "dns.message": queries, or answers
  kDnsName,            // "dns.name": the labels of questions, joined
  kTftpControl,
  kTftpFile,
  kSyslogMessage,
  kSmbControl,
  kSmbFile,
  kRpcControl,         // "rpc.control": ONC RPC and what of NFS is not the content of files
  kNfsFile,
  kRsyncStream,
  kCount,
};
std::string_view Name(Part part);
// What a protocol says about objects is inspected, but is no object of its own in the object log.
constexpr bool IsReportedAsObject(Part part) {
  switch (part) {
    case Part::kHttpRequestHead:
    case Part::kHttpResponseHead:
    case Part::kSmtpControl:
    case Part::kFtpControl:
    case Part::kImapControl:
    case Part::kPop3Control:
    case Part::kDnsName:
    case Part::kTftpControl:
    case Part::kSmbControl:
    case Part::kRpcControl: return false;
    default: return true;
  }
}

struct ObjectDescription {
  ObjectNumber number = 0;
  Part part = Part::kTcpStream;
  Direction direction = Direction::kUpload;
  bool declared_encoding = false;     // a transfer or content encoding other than identity stands before the content
  InlineText<32> content_encoding;    // as declared: "gzip", "br", …
  InlineText<96> claimed_type;        // media type as declared
  InlineText<256> name;               // file name or URL path, as declared
};

}  // namespace sluice::content
