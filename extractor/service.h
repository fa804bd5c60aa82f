// Service: the life of an extractor process: set up, lock in, then one document after the other until nobody wants it any more.
//
// Thread: the only one. Failure: an exit code (exchange.h).
#pragma once

#include "dataplane/extract/exchange.h"
#include "extractor/member_sink.h"

namespace sluice::extractor {

struct Service {
  void (*prepare)();  // before the walls go up: what parsers read from files
  Outcome (*open)(const extract::Order& order, ByteView document, MemberSink& sink);
};
int Serve(const Service& service);

}  // namespace sluice::extractor
