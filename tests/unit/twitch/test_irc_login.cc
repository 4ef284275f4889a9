#include <gtest/gtest.h>

#include <string>

#include "vieweratlas/twitch/irc_session.h"

namespace vieweratlas {
namespace {

TEST(IsLogin, TakesLowerCaseNamesOnly) {
  for (const char* good : {"a", "ninja", "the_9th", "_x_", "abcdefghijklmnopqrstuvwxy"}) EXPECT_TRUE(is_login(good)) << good;
  for (const char* bad : {"", "Ninja", "a b", "a,b", "#a", "a\r\nQUIT", "abcdefghijklmnopqrstuvwxyz", "\xC3\xA9"})
    EXPECT_FALSE(is_login(bad)) << bad;
}

}  // namespace
}  // namespace vieweratlas
