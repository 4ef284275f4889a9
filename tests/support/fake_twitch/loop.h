#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>

namespace fake_twitch {

using Millis = std::int64_t;  ///< since 1970, UTC

[[nodiscard]] Millis now_ms();

/// One thread's sockets and timers over epoll. A handler may forget any descriptor, its own too.
class Loop {
 public:
  using OnEvents = std::function<void(std::uint32_t events)>;

  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void watch(int fd, std::uint32_t events, OnEvents on_events);
  void change(int fd, std::uint32_t events);
  void forget(int fd);
  /// Calls `function` once, `delay` from now (0: in the next turn). It cannot be cancelled: it looks for what it needs by id.
  void after(Millis delay, std::function<void()> function);
  void run();
  void stop() { running_ = false; }

 private:
  struct Watch {
    std::uint32_t generation = 0;
    std::shared_ptr<OnEvents> on_events;
  };
  void run_due_timers();
  [[nodiscard]] int wait_ms() const;

  int epoll_ = -1;
  bool running_ = false;
  std::uint32_t generations_ = 0;
  std::unordered_map<int, Watch> watches_;
  std::multimap<Millis, std::function<void()>> timers_;  ///< by steady milliseconds
};

}  // namespace fake_twitch
