#include "vieweratlas/collect/sleeper.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace vieweratlas {

bool SystemSleeper::sleep(std::chrono::milliseconds time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wakes;
  std::unique_lock lock(mutex);
  const std::stop_token token = std::move(stop);
  wakes.wait_for(lock, token, time, [] { return false; });
  return !token.stop_requested();
}

}  // namespace vieweratlas
