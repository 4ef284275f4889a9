#pragma once

#include <functional>
#include <stop_token>

#include "vieweratlas/collect/options.h"
#include "vieweratlas/collect/sleeper.h"
#include "vieweratlas/core/clock.h"
#include "vieweratlas/core/error.h"
#include "vieweratlas/net/http.h"
#include "vieweratlas/twitch/oauth.h"
#include "vieweratlas/twitch/token_record.h"

namespace vieweratlas {

/// Gets a user's token without a browser of our own: asks for a code, calls `show` with it once, and waits until somebody entered
/// it. The token can read chats (chat:read) and nothing else; it is stored in tokens.json of the private folder before it is returned.
/// Needs a client id; the secret is used when there is one.
/// Errors: invalid_argument (no client id), denied (the user or the platform said no, the code expired, the folder cannot be
/// written), unavailable, corrupt_data, limit_exceeded, cancelled.
[[nodiscard]] Result<TokenRecord> login_with_device(const CollectOptions& options, HttpClient& http, const Clock& clock, Sleeper& sleeper,
                                                    const std::function<void(const DeviceCode&)>& show, const std::stop_token& stop);

}  // namespace vieweratlas
