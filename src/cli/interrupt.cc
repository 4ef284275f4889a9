#include "cli/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include <functional>
#include <mutex>
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
    say_();
    _exit(kExitInterrupted);
  }
}

Interrupt::Writing::Writing(Interrupt& interrupt) : interrupt_(interrupt) {
  const std::scoped_lock lock(interrupt_.mutex_);
  interrupt_.writing_ = true;
}

Interrupt::Writing::~Writing() {
  const std::scoped_lock lock(interrupt_.mutex_);
  interrupt_.writing_ = false;
}

}  // namespace vieweratlas
