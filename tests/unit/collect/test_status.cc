#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "vieweratlas/collect/status.h"
#include "vieweratlas/core/time.h"

namespace vieweratlas {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

CollectorStatus healthy() {
  CollectorStatus status;
  status.version = "1.2.3";
  status.pid = 4711;
  status.mode = "account";
  status.started = *parse_time("2026-11-22T10:00:00Z");
  status.now = status.started + minutes(30);
  status.window = aligned_window(status.now, seconds(3600));
  status.chat.rooms_wanted = 5000;
  status.chat.rooms_confirmed = 90;
  status.chat.lines = {{"privmsg", 1000}, {"usernotice", 10}};
  status.chat.last_message_ms = status.now.time_since_epoch().count() - 1000;
  status.rooms_target = 95;
  status.recorder.sightings = 999;
  status.recorder.lost = {{"mirror", 3}};
  return status;
}

TEST(Health, IsGoodWhenNothingIsWrong) { EXPECT_THAT(health_problems(healthy()), IsEmpty()); }

TEST(Health, TellsSilenceInManyRoomsOnly) {
  CollectorStatus status = healthy();
  status.chat.last_message_ms = (status.now - minutes(6)).time_since_epoch().count();
  EXPECT_THAT(health_problems(status), IsEmpty());
  status.chat.last_message_ms -= 1;
  EXPECT_THAT(health_problems(status), ElementsAre(HasSubstr("no message for 6 minutes in 90 rooms")));
  status.chat.rooms_confirmed = 9;
  EXPECT_THAT(health_problems(status), IsEmpty());
}

TEST(Health, CountsSilenceFromTheStartWhenNoMessageEverCame) {
  CollectorStatus status = healthy();
  status.chat.last_message_ms = -1;
  EXPECT_THAT(health_problems(status), ElementsAre(HasSubstr("no message for 30 minutes")));
}

TEST(Health, ForgivesTenMinutesOfJoining) {
  CollectorStatus status = healthy();
  status.too_few_rooms_since = status.now - minutes(10);
  EXPECT_THAT(health_problems(status), IsEmpty());
  status.too_few_rooms_since = status.now - minutes(10) - seconds(1);
  EXPECT_THAT(health_problems(status), ElementsAre(HasSubstr("only 90 of 95 rooms")));
}

TEST(Health, TellsAWriterThatIsLateOrStuck) {
  CollectorStatus status = healthy();
  status.recorder.writer_lag_ms = 60'000;
  EXPECT_THAT(health_problems(status), IsEmpty());
  status.recorder.writer_lag_ms = 61'000;
  EXPECT_THAT(health_problems(status), ElementsAre(HasSubstr("61 s late")));
  status.recorder.problem = "the disk is full";
  EXPECT_THAT(health_problems(status), ElementsAre("the disk is full"));
}

TEST(Health, TellsADeadTokenOnce) {
  CollectorStatus status = healthy();
  status.token_problem = "expired";
  status.chat.fatal = "expired";
  EXPECT_THAT(health_problems(status), ElementsAre("expired"));
  status.chat.fatal = "refused";
  EXPECT_THAT(health_problems(status), ElementsAre("expired", "refused"));
}

TEST(StatusJson, IsReadBack) {
  CollectorStatus status = healthy();
  status.token_problem = "a \"quoted\" problem";
  const Result<StoredStatus> stored = parse_status(status_json(status));
  ASSERT_TRUE(stored.ok()) << stored.error().message;
  EXPECT_EQ(stored->time, status.now);
  EXPECT_EQ(stored->pid, 4711);
  EXPECT_FALSE(stored->stopped);
  status.stopped = true;
  EXPECT_TRUE(parse_status(status_json(status))->stopped);
  status.stopped = false;
  EXPECT_EQ(stored->line, status_line(status));
  EXPECT_THAT(stored->problems, ElementsAre("a \"quoted\" problem"));
}

TEST(StatusJson, CutShortIsAnErrorAtEveryLength) {
  const std::string json = status_json(healthy());
  for (std::size_t length = 0; length + 2 < json.size(); ++length) {
    const Result<StoredStatus> stored = parse_status(std::string_view(json).substr(0, length));
    ASSERT_FALSE(stored.ok()) << length;
    EXPECT_EQ(stored.error().code, ErrorCode::kCorruptData);
  }
}

TEST(StatusLine, SaysWhatAnOperatorAsksFirst) {
  EXPECT_THAT(status_line(healthy()), HasSubstr("90 of 95 rooms"));
  EXPECT_THAT(status_line(healthy()), HasSubstr("messages/s"));
}

TEST(MetricsText, HasNamesLabelsAndValues) {
  const std::string text = metrics_text(healthy());
  for (const char* line : {"vieweratlas_healthy 1\n", "# TYPE vieweratlas_sightings_total counter\n", "vieweratlas_sightings_total 999\n",
                           "vieweratlas_rooms{state=\"confirmed\"} 90\n", "vieweratlas_lost_total{reason=\"mirror\"} 3\n",
                           "vieweratlas_lines_total{command=\"privmsg\"} 1000\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(MetricsText, LeavesOutWhatIsNotKnown) {
  CollectorStatus status = healthy();
  EXPECT_THAT(metrics_text(status), testing::Not(HasSubstr("helix_points_left")));
  EXPECT_THAT(metrics_text(status), testing::Not(HasSubstr("token_validation_seconds")));
  status.helix.points_left = 0;
  status.until_token_validation = seconds(12);
  EXPECT_THAT(metrics_text(status), HasSubstr("vieweratlas_helix_points_left 0\n"));
  EXPECT_THAT(metrics_text(status), HasSubstr("vieweratlas_token_validation_seconds 12\n"));
}

}  // namespace
}  // namespace vieweratlas
