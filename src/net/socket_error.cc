#include "net/socket_error.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace vieweratlas {

std::string clause_for_socket_error(int reason) {
  switch (reason) {
    case ECONNREFUSED: return "nothing listens there (connection refused); check host and port";
    case ECONNRESET:
    case EPIPE: return "the other side broke the connection off (reset); it is tried again";
    case ETIMEDOUT: return "no answer (timed out); check the network and firewalls";
    case ENETUNREACH:
    case EHOSTUNREACH: return "cannot be reached from here (no route); check the network";
    case EMFILE:
    case ENFILE: return "no socket is free (too many open files); raise the limit with ulimit -n";
    default: return "the connection failed (" + std::system_category().message(reason) + ")";
  }
}

}  // namespace vieweratlas
