// Tricks with mail: codings that lie, boundaries that nearly match, lines that break within the mark.
#include <sodium.h>

#include "tests/evasion/evasion.h"
#include "tests/unit/dataplane/decode/encoders.h"
#include "tests/unit/dataplane/decode/mail_forms.h"

namespace sluice::test {
namespace {

std::string Base64(std::string_view bytes, size_t line) {
  std::string coded(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(coded.data(), coded.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  coded.pop_back();  // its NUL
  std::string out;
  for (size_t at = 0; at < coded.size(); at += line) out += coded.substr(at, line) + "\r\n";
  return out;
}

std::string Crlf(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

std::string Quoted(std::string_view text, size_t every) {  // a soft line break after every so many characters
  std::string out;
  size_t since = 0;
  for (const char c : text) {
    char coded[8];
    if (c == '\n') {
      out += "\r\n";
      since = 0;
      continue;
    }
    std::snprintf(coded, sizeof coded, "=%02X", static_cast<unsigned>(static_cast<uint8_t>(c)));
    out += static_cast<uint8_t>(c) >= 0x80 || c == '=' ? coded : std::string(1, c);
    if (++since % every == 0) out += "=\r\n";
  }
  return out;
}

std::string Stuffed(std::string_view message) {
  std::string out;
  bool line_start = true;
  for (const char c : message) {
    if (line_start && c == '.') out += '.';
    out += c;
    line_start = c == '\n';
  }
  return out;
}

Wire Data(std::string_view message, size_t segment = 1400) {
  Wire wire({.server_port = 25});
  wire.Open().FromServer("220 mx.example ESMTP\r\n").Send("EHLO lab.example\r\n").FromServer("250-mx.example\r\n250 CHUNKING\r\n");
  wire.Send("MAIL FROM:<a@lab.example>\r\nRCPT TO:<b@out.example>\r\nDATA\r\n").FromServer("250 ok\r\n250 ok\r\n354 go\r\n");
  return std::move(wire.Send(Stuffed(message) + "\r\n.\r\nQUIT\r\n", segment));
}

Wire Bdat(std::string_view message, size_t chunk) {
  Wire wire({.server_port = 25});
  wire.Open().FromServer("220 mx.example ESMTP\r\n").Send("EHLO lab.example\r\n").FromServer("250-mx.example\r\n250 CHUNKING\r\n");
  std::string stream = "MAIL FROM:<a@lab.example>\r\nRCPT TO:<b@out.example>\r\n";
  for (size_t at = 0; at < message.size(); at += chunk) {
    const std::string_view piece = message.substr(at, chunk);
    stream += "BDAT " + std::to_string(piece.size()) + (at + chunk >= message.size() ? " LAST" : "") + "\r\n" + std::string(piece);
  }
  return std::move(wire.Send(stream));
}

Wire InPipeline() {  // all of the client's side at once, before any answer
  Wire wire({.server_port = 25});
  wire.Open().FromServer("220 mx.example ESMTP\r\n");
  return std::move(wire.Send("EHLO lab.example\r\nMAIL FROM:<a@lab.example>\r\nRCPT TO:<b@out.example>\r\nDATA\r\nSubject: x\r\n\r\n" + Crlf(Document()) + "\r\n.\r\nQUIT\r\n"));
}

std::string Mail(std::string_view fields, std::string_view body) { return "From: a@lab.example\r\nTo: b@out.example\r\nSubject: Report\r\nMIME-Version: 1.0\r\n" + std::string(fields) + "\r\n" + std::string(body); }
std::string Coded(std::string_view coding, std::string_view body) { return Mail("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: " + std::string(coding) + "\r\n", body); }

std::string Multipart(std::string_view boundary_field, std::string_view boundary, std::string_view part, bool closed = true) {
  return Mail("Content-Type: multipart/mixed; boundary=" + std::string(boundary_field) + "\r\n",
              "preamble\r\n--" + std::string(boundary) + "\r\nContent-Type: text/plain\r\n\r\nclean\r\n--" + std::string(boundary) + "\r\n" + std::string(part) +
                  (closed ? "\r\n--" + std::string(boundary) + "--\r\n" : ""));
}

std::string Nested(int depth, std::string body) {
  for (int i = depth; i > 0; --i) {
    const std::string boundary = "level" + std::to_string(i);
    body = "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n" + body + "\r\n--" + boundary + "--\r\n";
  }
  return "From: a@lab.example\r\nTo: b@out.example\r\nMIME-Version: 1.0\r\n" + body;
}

}  // namespace

std::vector<Evasion> MailEvasions() {
  const std::string text = Document(), lines = Crlf(text), kMime = "RFC 2045", kParts = "RFC 2046", kSmtp = "RFC 5321";
  const std::string file = "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=r.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const std::string smime = "Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\n", packed = decode::GzipEncode(text);
  std::string noisy;
  for (const char c : Base64(text, 60)) noisy += c == '\r' ? std::string("!\r") : std::string(1, c);
  std::string dotted = lines;
  dotted.insert(dotted.find(kMark), ".");  // at the beginning of a line: stuffed on the way
  return {
      {"mail/data", "as it is", kSmtp, Data(Coded("8bit", lines))},
      {"mail/one-byte-segments", "every byte a segment", kSmtp, Data(Coded("8bit", lines), 1)},
      {"mail/pipelined", "everything before any answer", "RFC 2920", InPipeline()},
      {"mail/dot-before-mark", "a stuffed dot right before the mark", "RFC 5321, 4.5.2", Data(Coded("8bit", dotted))},
      {"mail/bdat", "chunks of 11 bytes", "RFC 3030", Bdat(Coded("8bit", lines), 11)},
      {"mail/base64", "in base64", kMime, Data(Coded("base64", Base64(text, 76)))},
      {"mail/base64-odd-lines", "in base64, 5 characters a line", kMime, Data(Coded("base64", Base64(text, 5)))},
      {"mail/base64-noise", "characters outside the alphabet in each line", "RFC 2045, 6.8", Data(Coded("base64", noisy))},
      {"mail/base64-upper-case-name", "BASE64 in capitals, folded", kMime, Data(Mail("Content-Type: text/plain\r\nContent-Transfer-Encoding:\r\n\tBASE64\r\n", Base64(text, 76)))},
      {"mail/base64-declared-7bit", "in base64, and nothing says so", kMime, Data(Coded("7bit", Base64(text, 76)))},
      {"mail/plain-declared-base64", "declared as base64, plain", kMime, Data(Coded("base64", lines)), Demand::kFound, Demand::kFound},
      {"mail/two-codings-declared", "two transfer codings declared", kMime,
       Data(Mail("Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n", Base64(text, 76))), Demand::kNamed, Demand::kNamed},
      {"mail/quoted-printable", "quoted-printable with a soft break after every 5 characters", kMime, Data(Coded("quoted-printable", Quoted(text, 5)))},
      {"mail/soft-break-in-mark", "quoted-printable with a soft break after every byte", kMime, Data(Coded("quoted-printable", Quoted(text, 1)))},
      {"mail/attachment", "attached in base64", kParts, Data(Multipart("b", "b", file + Base64(text, 76)))},
      {"mail/attachment-gzip", "attached, compressed", kParts, Data(Multipart("b", "b", file + Base64(decode::GzipEncode(text), 76)))},
      {"mail/boundary-in-quotes", "a boundary with spaces and quotes", kParts, Data(Multipart("\"a b's=?\"", "a b's=?", file + Base64(text, 76)))},
      {"mail/boundary-prefix", "lines that begin as the boundary does", kParts, Data(Multipart("bound", "bound", file + "--boundary\r\n" + Base64(text, 76))), Demand::kNamed, Demand::kNamed},
      {"mail/no-closing-boundary", "the last boundary is missing", kParts, Data(Multipart("b", "b", file + Base64(text, 76), false))},
      {"mail/boundary-in-continuations", "the boundary in two pieces", "RFC 2231",
       Data(Mail("Content-Type: multipart/mixed; boundary*0=ab; boundary*1=cd\r\n", "--abcd\r\n" + file + Base64(text, 76) + "\r\n--abcd--\r\n"))},
      {"mail/two-boundaries", "two boundaries declared", kParts,
       Data(Mail("Content-Type: multipart/mixed; boundary=a; boundary=b\r\n", "--b\r\n" + file + Base64(text, 76) + "\r\n--b--\r\n")), Demand::kNamed, Demand::kNamed},
      {"mail/no-mime-version", "multipart without MIME-Version", kMime,
       Data("From: a@lab.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + file + Base64(text, 76) + "\r\n--b--\r\n")},
      {"mail/part-of-a-mail", "a mail within a mail", kParts, Data(Multipart("b", "b", "Content-Type: message/rfc822\r\n\r\n" + Coded("base64", Base64(text, 76))))},
      {"mail/nested-12", "twelve multiparts within one another", kParts, Data(Nested(12, file + Base64(text, 76)))},
      {"mail/nested-40", "forty", kParts, Data(Nested(40, file + Base64(text, 76))), Demand::kNamed, Demand::kNamed},
      {"mail/boundary-with-comment", "comments around the boundary", "RFC 5322, 3.2.2",
       Data(Mail("Content-Type: multipart/mixed (a (b)); boundary (is) = ab (c)\r\n", "--ab\r\n" + file + Base64(text, 76) + "\r\n--ab--\r\n"))},
      {"mail/partial", "one letter of several that make up the mail", "RFC 2046, 5.2.2",
       Data(Mail("Content-Type: message/partial; id=x; number=2; total=2\r\n", Base64(text, 76).substr(3))), Demand::kNamed, Demand::kNamed},
      {"mail/signed", "within a signature, lengths unknown", "RFC 8551", Data(Multipart("b", "b", smime + Base64(decode::MakeCms(decode::CmsType::kSigned, packed, true), 64)))},
      {"mail/signed-compressed", "signed, then compressed", "RFC 3274",
       Data(Multipart("b", "b", smime + Base64(decode::MakeCms(decode::CmsType::kCompressed, decode::ZlibEncode(decode::MakeCms(decode::CmsType::kSigned, packed), 15)), 64)))},
      {"mail/enveloped", "encrypted to a certificate", "RFC 8551", Data(Multipart("b", "b", smime + Base64(decode::MakeCms(decode::CmsType::kEnveloped, packed), 64))), Demand::kNamed, Demand::kNamed},
      {"mail/winmail", "in winmail.dat", "MS-OXTNEF", Data(Multipart("b", "b", file + Base64(decode::MakeTnef({{"r.gz", packed}}), 76)))},
      {"mail/uuencode-in-text", "uuencoded below a sentence", "POSIX uuencode", Data(Coded("7bit", "As was agreed:\r\n\r\n" + Crlf(decode::UuEncode(packed)) + "\r\nRegards\r\n"))},
      {"mail/yenc-in-text", "in yEnc below a sentence", "yEnc 1.3", Data(Coded("8bit", "As was agreed:\r\n\r\n" + decode::YencEncode(packed) + "\r\nRegards\r\n"))},
      {"mail/mailbox", "the second letter of a mailbox", "RFC 4155",
       Data(Multipart("b", "b", file + Base64(decode::MakeMbox({"Subject: clean\n\nclean\n", Coded("base64", Base64(text, 76))}), 76)))},
      {"mail/binhex", "in BinHex", "RFC 1741",
       Data(Multipart("b", "b", "Content-Type: text/plain\r\n\r\n(This file must be converted with BinHex 4.0)\r\n\r\n:#fPbBA0TBA0dBA3!!!\r\n")), Demand::kNamed, Demand::kNamed},
      {"mail/mark-in-subject", "the mark as an encoded word", "RFC 2047",
       Data("From: a@lab.example\r\nSubject: =?utf-8?B?" + Base64(kMark, 76).substr(0, 12) + "?=\r\n\r\nclean\r\n")},
      {"mail/mark-in-subject-gbk", "the mark as an encoded word in GBK", "RFC 2047", Data("From: a@lab.example\r\nSubject: =?gbk?Q?=BB=FA=C3=DC=A1=EF?=\r\n\r\nclean\r\n")},
      {"mail/mark-in-file-name", "the mark as the name of an attachment", "RFC 2231",
       Data(Multipart("b", "b", "Content-Disposition: attachment; filename*=utf-8''%E6%9C%BA%E5%AF%86%E2%98%85.doc\r\n\r\nclean"))},
  };
}

}  // namespace sluice::test
