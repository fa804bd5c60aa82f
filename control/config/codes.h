// The codes of mistakes that only a configuration can have; those of form are rules/syntax's own.
//
// A number never means anything else, and is never used again.
#pragma once

#include "rules/syntax/diagnostic.h"

namespace sluice::config {

inline constexpr auto kUnknownPort = static_cast<syntax::Code>(7001);       // a name that is not under `ports:`
inline constexpr auto kPortUsedTwice = static_cast<syntax::Code>(7002);     // in two pairs, or as a tap and in a pair
inline constexpr auto kPortUnused = static_cast<syntax::Code>(7003);        // warning
inline constexpr auto kNoMode = static_cast<syntax::Code>(7004);            // neither pairs nor taps, or both
inline constexpr auto kNotOfThisDriver = static_cast<syntax::Code>(7005);   // a key that the port's driver has no use for
inline constexpr auto kBadPortName = static_cast<syntax::Code>(7006);
inline constexpr auto kProcessorCount = static_cast<syntax::Code>(7007);    // not one for each thread, or one twice
inline constexpr auto kQueueCount = static_cast<syntax::Code>(7008);        // neither 1 nor one for each worker
inline constexpr auto kNeedsHugePages = static_cast<syntax::Code>(7009);
inline constexpr auto kSameDevice = static_cast<syntax::Code>(7010);        // two ports on one interface, card or file
inline constexpr auto kBadDevice = static_cast<syntax::Code>(7011);         // not a PCI address, or an impossible interface name
inline constexpr auto kNoUse = static_cast<syntax::Code>(7012);             // a key that means nothing in this mode
inline constexpr auto kBadNetwork = static_cast<syntax::Code>(7014);        // neither an address nor a block
inline constexpr auto kTooManyPorts = static_cast<syntax::Code>(7013);
inline constexpr auto kExportNeedsKey = static_cast<syntax::Code>(7050);    // one that its way of sending cannot do without
inline constexpr auto kExportHasNoUse = static_cast<syntax::Code>(7051);    // for a key, with its way of sending
inline constexpr auto kBadExportName = static_cast<syntax::Code>(7052);     // not a name, or that of another one
inline constexpr auto kExportNeedsControl = static_cast<syntax::Code>(7053);
inline constexpr auto kApiNeedsControl = static_cast<syntax::Code>(7070);
inline constexpr auto kApiBadAddress = static_cast<syntax::Code>(7071);     // not ADDRESS:PORT, or one twice
inline constexpr auto kApiNeedsKey = static_cast<syntax::Code>(7072);       // one that its way of authentication cannot do without
inline constexpr auto kApiHasNoUse = static_cast<syntax::Code>(7073);       // for a key, with its way of authentication
inline constexpr auto kApiBadClient = static_cast<syntax::Code>(7074);      // not a name in a certificate, or that of another one
inline constexpr auto kEvidenceNeedsControl = static_cast<syntax::Code>(7060);

}  // namespace sluice::config
