#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "cli/exit_code.h"

namespace vieweratlas {
namespace {

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR1);  // wakes the thread when the program ends by itself
  return set;
}

}  // namespace

Interrupt::Interrupt(std::function<void()> say) : say_(std::move(say)) {
  const sigset_t set = handled_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this] { wait_for_signals(); });
}

Interrupt::~Interrupt() {
  stopping_ = true;
  pthread_kill(thread_.native_handle(), SIGUSR1);
  thread_.join();
}

void Interrupt::wait_for_signals() {
  const sigset_t set = handled_signals();
  for (;;) {
    int signal_number = 0;
    sigwait(&set, &signal_number);
    if (stopping_) return;
    if (signal_number == SIGUSR1) continue;
    const std::scoped_lock lock(mutex_);
    if (writing_) {
      requested_ = true;
      continue;
    }
    if (asked_to_stop()) continue;
    say_();
    _exit(kExitInterrupted);
  }
}

/// True when the signal was a first one that the work itself answers. Called with the mutex held.
bool Interrupt::asked_to_stop() {
  if (serving_ == nullptr) return false;
  if (serving_->stop_requested()) _exit(kExitInterrupted);
  say_stopping_();
  serving_->request_stop();
  return true;
}

Interrupt::Writing::Writing(Interrupt& interrupt) : interrupt_(interrupt) {
  const std::scoped_lock lock(interrupt_.mutex_);
  interrupt_.writing_ = true;
}

Interrupt::Writing::~Writing() {
  const std::scoped_lock lock(interrupt_.mutex_);
  interrupt_.writing_ = false;
}

Interrupt::Serving::Serving(Interrupt& interrupt, std::stop_source& stop, std::function<void()> say) : interrupt_(interrupt) {
  const std::scoped_lock lock(interrupt_.mutex_);
  interrupt_.serving_ = &stop;
  interrupt_.say_stopping_ = std::move(say);
}

Interrupt::Serving::~Serving() {
  const std::scoped_lock lock(interrupt_.mutex_);
  interrupt_.serving_ = nullptr;
}

}  // namespace vieweratlas
