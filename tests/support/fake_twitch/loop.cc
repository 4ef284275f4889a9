#include "support/fake_twitch/loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace fake_twitch {
namespace {

Millis steady_ms() {
  using std::chrono::milliseconds, std::chrono::steady_clock;
  return std::chrono::duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

/// A descriptor's number may be used again within one batch of events: the generation tells the two apart.
std::uint64_t tag_of(int fd, std::uint32_t generation) {
  return (static_cast<std::uint64_t>(generation) << 32U) | static_cast<std::uint32_t>(fd);
}

void control(int epoll, int what, int fd, std::uint32_t events, std::uint32_t generation) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = tag_of(fd, generation);
  if (epoll_ctl(epoll, what, fd, &event) != 0 && what != EPOLL_CTL_DEL) {
    std::perror("fake_twitch: epoll_ctl");
    std::abort();
  }
}

}  // namespace

Millis now_ms() {
  using std::chrono::milliseconds, std::chrono::system_clock;
  return std::chrono::duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Loop::Loop() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

Loop::~Loop() { close(epoll_); }

void Loop::watch(int fd, std::uint32_t events, OnEvents on_events) {
  const std::uint32_t generation = ++generations_;
  watches_[fd] = Watch{generation, std::make_shared<OnEvents>(std::move(on_events))};
  control(epoll_, EPOLL_CTL_ADD, fd, events, generation);
}

void Loop::change(int fd, std::uint32_t events) { control(epoll_, EPOLL_CTL_MOD, fd, events, watches_.at(fd).generation); }

void Loop::forget(int fd) {
  if (watches_.erase(fd) != 0) {
    control(epoll_, EPOLL_CTL_DEL, fd, 0, 0);
  }
}

void Loop::after(Millis delay, std::function<void()> function) { timers_.emplace(steady_ms() + delay, std::move(function)); }

void Loop::run_due_timers() {
  // Timers that a timer sets for at once belong to the next turn, so that sockets get theirs.
  const Millis now = steady_ms();
  std::multimap<Millis, std::function<void()>> due;
  while (!timers_.empty() && timers_.begin()->first <= now) {
    due.insert(due.end(), timers_.extract(timers_.begin()));
  }
  for (auto& [time, function] : due) {
    function();
  }
}

int Loop::wait_ms() const {
  if (timers_.empty()) {
    return 1000;
  }
  return static_cast<int>(std::clamp<Millis>(timers_.begin()->first - steady_ms(), 0, 1000));
}

void Loop::run() {
  running_ = true;
  std::array<epoll_event, 256> events{};
  while (running_) {
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms());
    if (count < 0 && errno != EINTR) {
      std::perror("fake_twitch: epoll_wait");
      return;
    }
    for (int i = 0; i < count && running_; ++i) {
      const std::uint64_t tag = events[static_cast<std::size_t>(i)].data.u64;
      const auto found = watches_.find(static_cast<int>(tag & 0xFFFFFFFFU));
      if (found != watches_.end() && found->second.generation == tag >> 32U) {
        const std::shared_ptr<OnEvents> keep = found->second.on_events;
        (*keep)(events[static_cast<std::size_t>(i)].events);
      }
    }
    run_due_timers();
  }
}

}  // namespace fake_twitch
