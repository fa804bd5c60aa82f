#include "dataplane/content/object.h"

namespace sluice::content {

std::string_view Name(Part part) {
  switch (part) {
    case Part::kTcpStream: return "tcp.stream";
    case Part::kUdpPayload: return "udp.payload";
    case Part::kIcmpPayload: return "icmp.payload";
    case Part::kHttpRequestHead: return "http.request.head";
    case Part::kHttpRequestBody: return "http.request.body";
    case Part::kHttpResponseHead: return "http.response.head";
    case Part::kHttpResponseBody: return "http.response.body";
    case Part::kWebSocketMessage: return "websocket.message";
    case Part::kSmtpControl: return "smtp.control";
    case Part::kSmtpMessage: return "smtp.message";
    case Part::kFtpControl: return "ftp.control";
    case Part::kFtpData: return "ftp.data";
    case Part::kImapControl: return "imap.control";
    case Part::kImapMessage: return "imap.message";
    case Part::kPop3Control: return "pop3.control";
    case Part::kPop3Message: return "pop3.message";
    case Part::kDnsMessage: return "dns.message";
    case Part::kDnsName: return "dns.name";
    case Part::kTftpControl: return "tftp.control";
    case Part::kTftpFile: return "tftp.file";
    case Part::kSyslogMessage: return "syslog.message";
    case Part::kSmbControl: return "smb.control";
    case Part::kSmbFile: return "smb.file";
    case Part::kRpcControl: return "rpc.control";
    case Part::kNfsFile: return "nfs.file";
    case Part::kRsyncStream: return "rsync.stream";
    case Part::kCount: break;
  }
  return "unknown";
}

}  // namespace sluice::content
