// Another program, run to its end. See process.h.
#include "process.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ; // NOLINT(readability-redundant-declaration): POSIX has the user declare it

namespace grpc_c
{

namespace
{

class Pipe
{
  public:
    Pipe()
    {
        if (pipe2(ends_, O_CLOEXEC) != 0)
            ends_[0] = ends_[1] = -1;
    }
    ~Pipe()
    {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe &) = delete;
    Pipe &operator=(const Pipe &) = delete;

    bool is_open() const
    {
        return ends_[0] >= 0;
    }
    int reader() const
    {
        return ends_[0];
    }
    int writer() const
    {
        return ends_[1];
    }
    void close_reader()
    {
        close_end(0);
    }
    void close_writer()
    {
        close_end(1);
    }

  private:
    void close_end(int which)
    {
        if (ends_[which] >= 0)
            close(ends_[which]);
        ends_[which] = -1;
    }

    int ends_[2];
};

// While it lives, a write to a pipe that nobody reads fails with EPIPE rather than ending us.
class WithoutSigpipe
{
  public:
    WithoutSigpipe()
    {
        struct sigaction ignore = {};
        ignore.sa_handler = SIG_IGN;
        sigaction(SIGPIPE, &ignore, &before_);
    }
    ~WithoutSigpipe()
    {
        sigaction(SIGPIPE, &before_, nullptr);
    }
    WithoutSigpipe(const WithoutSigpipe &) = delete;
    WithoutSigpipe &operator=(const WithoutSigpipe &) = delete;

  private:
    struct sigaction before_ = {};
};

// 0, or the error. The child gets the default SIGPIPE back, which an ignored one would not become
// by itself.
int spawn(const std::string &program, const Pipe &in, const Pipe &out, const Pipe &err, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in.reader(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out.writer(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.writer(), STDERR_FILENO);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    std::string name = program;
    char *const arguments[] = {name.data(), nullptr};
    const int error = posix_spawnp(pid, program.c_str(), &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

bool is_passing(int error)
{
    return error == EINTR || error == EAGAIN;
}

// Takes what there is to read. False at the end.
bool take(int descriptor, std::string &text)
{
    char buffer[65536];
    const ssize_t count = read(descriptor, buffer, sizeof(buffer));
    if (count > 0)
        text.append(buffer, static_cast<size_t>(count));
    return count > 0 || (count < 0 && is_passing(errno));
}

// Gives what the pipe takes. False when all is given, or nobody reads.
bool give(int descriptor, const std::string &text, size_t &given)
{
    const ssize_t count = write(descriptor, text.data() + given, text.size() - given);
    if (count < 0)
        return is_passing(errno);
    given += static_cast<size_t>(count);
    return given < text.size();
}

// Until the child has closed both its outputs.
void converse(Pipe &in, Pipe &out, Pipe &err, const std::string &input, ProcessResult &result)
{
    size_t given = 0;
    fcntl(in.writer(), F_SETFL, O_NONBLOCK);
    if (input.empty())
        in.close_writer();
    // poll() passes over descriptors below 0, which closed ends are.
    while (out.reader() >= 0 || err.reader() >= 0) {
        pollfd polled[] = {{in.writer(), POLLOUT, 0},
                           {out.reader(), POLLIN, 0},
                           {err.reader(), POLLIN, 0}};
        if (poll(polled, 3, -1) < 0 && !is_passing(errno))
            break;
        if (polled[0].revents != 0 && !give(in.writer(), input, given))
            in.close_writer();
        if (polled[1].revents != 0 && !take(out.reader(), result.output))
            out.close_reader();
        if (polled[2].revents != 0 && !take(err.reader(), result.errors))
            err.close_reader();
    }
    in.close_writer();
}

std::string failure_of(int status)
{
    if (WIFSIGNALED(status)) {
        const int number = WTERMSIG(status);
        return "was ended by signal " + std::to_string(number) + " (" + strsignal(number) + ")";
    }
    if (WEXITSTATUS(status) != 0)
        return "ended with exit status " + std::to_string(WEXITSTATUS(status));
    return {};
}

} // namespace

ProcessResult run_process(const std::string &program, const std::string &input)
{
    ProcessResult result;
    const WithoutSigpipe guard;
    Pipe in;
    Pipe out;
    Pipe err;
    pid_t pid = 0;
    const bool open = in.is_open() && out.is_open() && err.is_open();
    const int error = open ? spawn(program, in, out, err, &pid) : errno;
    if (error != 0) {
        result.started = false;
        result.failure = std::string("cannot be run: ") + std::strerror(error);
        return result;
    }
    in.close_reader();
    out.close_writer();
    err.close_writer();
    converse(in, out, err, input, result);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) {
            result.failure = std::string("was lost: ") + std::strerror(errno);
            return result;
        }
    result.failure = failure_of(status);
    return result;
}

} // namespace grpc_c
