/* probe mode=idle|visits|browsers|storm|notices|ask|list|behind|flood port=P pid=SERVER ...: what is measured of chatd
 * beside the fan-out. Prints a JSON object; what each mode takes and gives stands at its function.
 *
 * Where a probe is timed beside a load, both are in one loop and the probe is served first, so that
 * what is timed is the server and not this program. The probe speaks every few milliseconds whether
 * or not it was answered, so a server that stands still is seen for as long as it does. */
#include "load.h"

#include "websocket.h"

enum { READ = 1 << 18, SLICE = 64 };
static const uint64_t PATIENCE = 30 * SECOND;
static const char FENCE[] = "/sync\n", FENCED[] = "ERR Unknown command: /sync";

static char **arguments;
static int port, server;

/* Whether a line is one that the probe said. */
static const char *said_by_probe(const char *line, size_t length) {
    const char *found = memmem(line, length < 32 ? length : 32, "> probe ", 8);
    return found ? found + 8 : NULL;
}

static bool starts(const char *line, size_t length, const char *with) {
    return length >= strlen(with) && !memcmp(line, with, strlen(with));
}

static void say(int fd, const char *what) {
    size_t length = strlen(what);
    if (send(fd, what, length, MSG_NOSIGNAL) != (ssize_t)length)
        fail("a send: %s", strerror(errno));
}

/* Waits for so many line ends, or, with 0, for the answer to a fence. For blocking sockets. */
static void await(int fd, int line_ends) {
    static char data[READ];
    struct part part = {0};
    for (int seen = 0;;) {
        ssize_t length = recv(fd, data, sizeof data, 0);
        if (length <= 0) fail("the server closed a connection, or does not answer");
        const char *next = data, *line;
        size_t line_length;
        while (next_line(&part, &next, data + length, &line, &line_length)) {
            if (line_ends ? ++seen == line_ends : starts(line, line_length, FENCED)) {
                free(part.bytes);
                return;
            }
        }
    }
}

static void be_patient(int fd) {
    struct timeval patience = {.tv_sec = PATIENCE / SECOND};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

/* A client that has been greeted; its socket blocks, for half a minute at most. With lines=, which
 * the server has to have then, it comes in at that UNIX socket. */
static int enter(int index) {
    const char *path = text(arguments, "lines", "");
    int fd = *path ? socket(AF_UNIX, SOCK_STREAM, 0) : new_socket(index, 0);
    be_patient(fd);
    if (*path ? dial_path(fd, path) : dial(fd, port))
        fail("client %d cannot connect: %s", index, strerror(errno));
    say(fd, FENCE);
    await(fd, 0);
    return fd;
}

/* The probe: says a line, or asks for the topic, which is answered without the store. */

enum { OPEN = 1 << 16 };

static struct probe {
    int fd;
    bool asks;
    struct part part;
    uint64_t next, pace, said, answered, times[OPEN];
    struct latencies latencies;
} probe;

static void start_probe(int index, bool asks, double milliseconds) {
    probe.fd = enter(index);
    probe.asks = asks;
    probe.pace = milliseconds * 1e6;
    probe.next = now();
}

static void read_probe(void) {
    static char data[READ];
    ssize_t size = recv(probe.fd, data, sizeof data, MSG_DONTWAIT);
    if (size == 0 || (size < 0 && errno != EAGAIN)) fail("the probe lost its connection");
    if (size < 0) return;
    const char *next = data, *line;
    size_t length;
    uint64_t time = now();
    while (next_line(&probe.part, &next, data + size, &line, &length)) {
        if (probe.asks ? !starts(line, length, "*** ") : !said_by_probe(line, length))
            continue;
        if (probe.answered == probe.said) fail("the probe was answered twice");
        record(&probe.latencies, time - probe.times[probe.answered++ % OPEN]);
    }
}

static void serve_probe(bool speaking) {
    read_probe();
    uint64_t time = now();
    if (!speaking || time < probe.next || probe.said - probe.answered == OPEN) return;
    char line[64];
    if (probe.asks) strcpy(line, "/topic\n");
    else snprintf(line, sizeof line, "probe %lu\n", probe.said);
    probe.times[probe.said++ % OPEN] = time;
    say(probe.fd, line);
    probe.next = time + probe.pace;
}

/* Until all that it said has come back. */
static void finish_probe(void) {
    uint64_t limit = now() + PATIENCE;
    while (probe.answered < probe.said) {
        serve_probe(false);
        if (now() > limit)
            fail("the probe was not answered %lu times", probe.said - probe.answered);
    }
}

static void print_latencies(const char *name, const struct latencies *all) {
    printf("\"%s\": {\"count\": %lu, \"p50_ms\": %.4f, \"p99_ms\": %.4f, \"greatest_ms\": %.4f}, ",
           name, all->total, quantile(all, .5), quantile(all, .99), all->greatest / 1e6);
}

static struct latencies take_latencies(void) {
    struct latencies taken = probe.latencies;
    memset(&probe.latencies, 0, sizeof probe.latencies);
    return taken;
}

static void probe_alone(double seconds) {
    uint64_t end = now() + seconds * SECOND;
    while (now() < end) serve_probe(true);
    finish_probe();
}

/* clients=N seconds=S: what a connection takes that does nothing. */
static void idle(void) {
    int clients = number(arguments, "clients", NULL);
    double seconds = number(arguments, "seconds", "3");
    int first = enter(0);
    uint64_t memory = memory_of(server), cpu = cpu_of(server);
    for (int i = 1; i <= clients; i++) enter(i);
    cpu = cpu_of(server) - cpu;
    uint64_t after = memory_of(server), began = now(), idle_cpu = cpu_of(server);
    struct timespec rest = {.tv_sec = seconds, .tv_nsec = (seconds - (long)seconds) * 1e9};
    nanosleep(&rest, NULL);
    idle_cpu = cpu_of(server) - idle_cpu;
    double elapsed = (double)(now() - began) / SECOND;
    say(first, FENCE);
    await(first, 0); /* it is still well */
    printf("\"clients\": %d, \"enter_cpu_us\": %.2f, \"bytes_each\": %.1f,"
           " \"idle_cpu_us_per_s\": %.2f",
           clients, cpu / 1e3 / clients, ((double)after - memory) / clients,
           idle_cpu / 1e3 / elapsed);
}

/* visits=N: N connections, sixteen at once, that are greeted (three lines) and close. */
static void visits(void) {
    int wanted = number(arguments, "visits", NULL), open[16], control = enter(0);
    uint64_t cpu = cpu_of(server), began = now();
    for (int done = 0; done < wanted; done += 16) {
        for (int i = 0; i < 16; i++) {
            open[i] = new_socket(1 + (done + i) % 10000, 0);
            if (dial(open[i], port)) fail("connect: %s", strerror(errno));
        }
        for (int i = 0; i < 16; i++) await(open[i], 3);
        for (int i = 0; i < 16; i++) close(open[i]);
    }
    say(control, FENCE);
    await(control, 0);
    printf("\"visits\": %d, \"cpu_us\": %.2f, \"seconds\": %.3f", wanted,
           (cpu_of(server) - cpu) / 1e3 / wanted, (double)(now() - began) / SECOND);
}

/* Waits until a browser was sent something; `answers` has what came before. */
static void await_text(int fd, struct rest *answers, const char *what) {
    char data[4096];
    while (!memmem(answers->bytes, answers->length, what, strlen(what))) {
        ssize_t length = recv(fd, data, sizeof data, 0);
        if (length <= 0) fail("a browser waits for %s", what);
        keep_rest(answers, data, length);
    }
}

/* browsers=N: N browsers, sixteen at once, that open a WebSocket, say hello, and stay in the lobby. */
static void browsers(void) {
    int wanted = number(arguments, "browsers", NULL), open[16];
    char request[REQUEST], hello[128];
    int length = write_request(request, port);
    uint64_t cpu = cpu_of(server), began = now();
    for (int done = 0; done < wanted; done += 16) {
        struct rest answers[16] = {0};
        for (int i = 0; i < 16; i++) {
            open[i] = new_socket(1 + (done + i) % 10000, 0);
            if (dial(open[i], port)) fail("connect: %s", strerror(errno));
            if (send(open[i], request, length, MSG_NOSIGNAL) != length)
                fail("a send: %s", strerror(errno));
        }
        for (int i = 0; i < 16; i++) {
            await_text(open[i], &answers[i], "\r\n\r\n");
            char text[100];
            size_t size = snprintf(text, sizeof text, "{\"type\":\"hello\",\"language\":\"en\","
                                   "\"key\":\"the-key-of-browser-%d\"}", done + i);
            size = write_frame(hello, TEXT, text, size);
            if (send(open[i], hello, size, MSG_NOSIGNAL) != (ssize_t)size)
                fail("a send: %s", strerror(errno));
        }
        for (int i = 0; i < 16; i++) {
            await_text(open[i], &answers[i], "\"type\":\"entered\"");
            free(answers[i].bytes);
        }
    }
    printf("\"browsers\": %d, \"cpu_us\": %.2f, \"seconds\": %.3f", wanted,
           (cpu_of(server) - cpu) / 1e3 / wanted, (double)(now() - began) / SECOND);
}

/* clients=N at_once=K: N connections as fast as they are greeted, K of them on their way at any
 * time, and a probe that asks meanwhile. */
static void storm(void) {
    int clients = number(arguments, "clients", NULL);
    int at_once = number(arguments, "at_once", "1000");
    int epoll = epoll_create1(0), started = 0, greeted = 0;
    int *fds = calloc(clients, sizeof *fds), *lines = calloc(clients, sizeof *lines);
    start_probe(clients, true, 2); /* a line would go to all who are in already */
    probe_alone(1);
    struct latencies before = take_latencies();
    uint64_t cpu = cpu_of(server), began = now(), progress = began;
    while (greeted < clients) {
        serve_probe(true);
        for (int i = 0; i < SLICE && started < clients && started - greeted < at_once; i++) {
            int fd = fds[started] = new_socket(started, SOCK_NONBLOCK);
            if (dial(fd, port) && errno != EINPROGRESS) fail("connect: %s", strerror(errno));
            struct epoll_event event = {.events = EPOLLIN, .data.u32 = started++};
            epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
        }
        struct epoll_event events[SLICE];
        int ready = epoll_wait(epoll, events, SLICE, 0);
        for (int i = 0; i < ready; i++) {
            char data[4096];
            int index = events[i].data.u32;
            ssize_t length = recv(fds[index], data, sizeof data, MSG_DONTWAIT);
            if (length == 0 || (length < 0 && errno != EAGAIN))
                fail("client %d was turned away", index);
            progress = now();
            for (ssize_t byte = 0; byte < length; byte++)
                greeted += data[byte] == '\n' && ++lines[index] == 3;
        }
        if (now() - progress > PATIENCE) fail("%d of %d were greeted", greeted, clients);
    }
    double seconds = (double)(progress - began) / SECOND;
    cpu = cpu_of(server) - cpu;
    finish_probe();
    print_latencies("before", &before);
    print_latencies("meanwhile", &probe.latencies);
    printf("\"clients\": %d, \"seconds\": %.3f, \"cpu_us\": %.2f", clients, seconds,
           cpu / 1e3 / clients);
}

/* The people of whom a notice tells: who joined, or has another name now. */
static int told_of(const char *line, size_t length) {
    static const char JOINED[] = " joined.";
    if (memmem(line, length, " is now ", 8)) return 1;
    if (length < sizeof JOINED || memcmp(line + length - 8, JOINED, 8)) return 0;
    const char *and = memmem(line, length, " and ", 5);
    int people = 1 + (and ? atoi(and + 5) ?: 1 : 0); /* "ana, luis and 5 more", or "and eva" */
    for (size_t i = 0; i < length; i++) people += line[i] == ',';
    return people;
}

/* clients=N comers=M seconds=S [alone=A] [named=1]: M come into a room within S seconds, where N others
 * are told of all of them; and a probe elsewhere that asks meanwhile, and A seconds before. They connect
 * and take names; or they have names, are connected and join the room, and the probe says lines. */
static void notices(void) {
    static char data[READ];
    int clients = number(arguments, "clients", NULL), comers = number(arguments, "comers", NULL);
    double seconds = number(arguments, "seconds", NULL), apart = seconds * SECOND / comers;
    bool named = number(arguments, "named", "0");
    int epoll = epoll_create1(0), came = 0, told = 0, *fds = calloc(clients + comers, sizeof *fds);
    struct part part = {0};
    char line[64];
    for (int i = clients; named && i < clients + comers; i++) {
        fds[i] = enter(i);
        snprintf(line, sizeof line, "/nick n%d\n/join own%d\n" "%s", i, i, FENCE);
        say(fds[i], line);
        await(fds[i], 0);
    }
    for (int i = 0; i < clients; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        fds[i] = enter(i);
        epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event);
    }
    start_probe(clients + comers, !named, named ? 20 : 2);
    say(probe.fd, "/join aside\n"); /* where it is told of none */
    say(probe.fd, FENCE);
    await(probe.fd, 0);
    probe_alone(number(arguments, "alone", "1"));
    struct latencies before = take_latencies();
    uint64_t cpu = cpu_of(server), began = now(), limit = began + seconds * SECOND + PATIENCE;
    while (told < comers) {
        serve_probe(true);
        if (came < comers && now() >= began + came * apart) {
            struct epoll_event event = {.events = EPOLLIN, .data.u32 = clients + came++};
            int *fd = &fds[event.data.u32];
            if (named) strcpy(line, "/join lobby\n");
            else {
                *fd = new_socket(event.data.u32, 0);
                if (dial(*fd, port)) fail("connect: %s", strerror(errno));
                snprintf(line, sizeof line, "/nick n%d\n", event.data.u32);
            }
            say(*fd, line);
            epoll_ctl(epoll, EPOLL_CTL_ADD, *fd, &event);
        }
        struct epoll_event events[SLICE];
        int ready = epoll_wait(epoll, events, SLICE, 0);
        for (int i = 0; i < ready; i++) {
            int index = events[i].data.u32;
            ssize_t size = recv(fds[index], data, sizeof data, MSG_DONTWAIT);
            if (size == 0 || (size < 0 && errno != EAGAIN)) fail("client %d was cut off", index);
            const char *next = data, *line;
            size_t length;
            while (!index && size > 0 && next_line(&part, &next, data + size, &line, &length))
                told += told_of(line, length);
        }
        if (now() > limit) fail("the others were told of %d of %d", told, comers);
    }
    cpu = cpu_of(server) - cpu;
    finish_probe();
    print_latencies("before", &before);
    print_latencies("meanwhile", &probe.latencies);
    printf("\"clients\": %d, \"comers\": %d, \"cpu_s\": %.3f", clients, comers, cpu / 1e9);
}

/* command=C count=N [before=B]: how long C takes to be answered in full, N times, and the answers
 * to a probe meanwhile, which tell how long the server does nothing else. B is done first. */
static void ask(void) {
    static char data[READ];
    int count = number(arguments, "count", NULL), client = enter(0);
    char command[256], before[256];
    snprintf(command, sizeof command, "%s\n%s", text(arguments, "command", NULL), FENCE);
    snprintf(before, sizeof before, "%s\n%s", text(arguments, "before", ""), FENCE);
    struct latencies answers = {0};
    uint64_t lines = 0;
    start_probe(1, true, 1);
    probe_alone(1);
    struct latencies alone = take_latencies();
    struct part part = {0};
    for (int i = 0; i < 2 * count; i++) {
        bool measured = i % 2;
        uint64_t asked = now();
        say(client, measured ? command : before);
        for (bool done = false; !done;) {
            serve_probe(true);
            ssize_t size = recv(client, data, sizeof data, MSG_DONTWAIT);
            if (size == 0 || (size < 0 && errno != EAGAIN)) fail("the server closed a connection");
            if (now() - asked > PATIENCE) fail("no answer");
            const char *next = data, *line;
            size_t length;
            while (size > 0 && next_line(&part, &next, data + size, &line, &length)) {
                if (starts(line, length, FENCED)) done = true;
                else if (measured && *line == '[') lines++;
            }
        }
        if (measured) record(&answers, now() - asked);
    }
    finish_probe();
    print_latencies("alone", &alone);
    print_latencies("meanwhile", &probe.latencies);
    print_latencies("answer", &answers);
    printf("\"lines\": %.1f", (double)lines / count);
}

/* An IRC client in a channel, of which the kernel holds so many bytes that it does not read (0: as
 * many as it likes). Its socket blocks, for half a minute at most. */
static int enter_irc(int index, const char *name, const char *channel, int buffer) {
    int fd = new_socket(index, 0);
    char hello[256];
    be_patient(fd);
    if (buffer) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
    if (dial(fd, port)) fail("%s cannot connect: %s", name, strerror(errno));
    snprintf(hello, sizeof hello, "NICK %s\r\nUSER u 0 * :u\r\nJOIN %s\r\nPING :sync\r\n", name,
             channel);
    say(fd, hello);
    return fd;
}

/* Reads what an IRC client was sent, as far as a line that has `end` in it. Gives the number
 * of bytes. `next`, if there is one, is called meanwhile. */
static size_t read_until(int fd, const char *end, void (*next)(bool)) {
    static char data[READ];
    struct part part = {0};
    uint64_t limit = now() + PATIENCE;
    for (size_t read = 0; now() < limit;) {
        if (next) next(true);
        ssize_t size = recv(fd, data, sizeof data, next ? MSG_DONTWAIT : 0);
        if (size == 0 || (size < 0 && errno != EAGAIN)) fail("an IRC client was cut off");
        if (size < 0) continue;
        read += size;
        const char *rest = data, *line;
        size_t length;
        while (next_line(&part, &rest, data + size, &line, &length))
            if (memmem(line, length, end, strlen(end))) {
                free(part.bytes);
                return read;
            }
    }
    fail("no line came with %s", end);
}

/* lines=PATH clients=N command=C end=E count=K held=M: N line clients are in the lobby, and an IRC
 * client asks K times for what C lists, which ends with a line that has E in it; and the answers to
 * a probe meanwhile. Then M clients ask that do not read, and the server's memory grows. */
static void list(void) {
    int clients = number(arguments, "clients", NULL), count = number(arguments, "count", NULL);
    int held = number(arguments, "held", NULL), *fds = calloc(held, sizeof *fds);
    const char *end = text(arguments, "end", NULL);
    char command[256];
    snprintf(command, sizeof command, "%s\r\n", text(arguments, "command", NULL));
    for (int i = 0; i < clients; i++) enter(i);
    int asker = enter_irc(0, "asker", "#lobby", 0);
    read_until(asker, " PONG ", NULL);
    start_probe(clients, true, 1);
    say(probe.fd, "/join aside\n"); /* where it is told of none */
    say(probe.fd, FENCE);
    await(probe.fd, 0);
    probe_alone(1);
    struct latencies alone = take_latencies(), answers = {0};
    size_t bytes = 0;
    for (int i = 0; i < count; i++) {
        uint64_t asked = now();
        say(asker, command);
        bytes += read_until(asker, end, serve_probe);
        record(&answers, now() - asked);
    }
    finish_probe();
    struct latencies meanwhile = take_latencies();
    for (int i = 0; i < held; i++) {
        char name[16];
        snprintf(name, sizeof name, "held%d", i);
        fds[i] = enter_irc(i + 1, name, "#aside", 4096);
        read_until(fds[i], " PONG ", NULL);
    }
    probe_alone(1);
    take_latencies();
    uint64_t memory = memory_of(server), most = memory;
    for (int i = 0; i < held; i++) say(fds[i], command);
    for (uint64_t until = now() + 3 * SECOND, look = 0; now() < until;) {
        serve_probe(true);
        if (now() < look) continue;
        look = now() + SECOND / 100;
        uint64_t memory_now = memory_of(server);
        if (memory_now > most) most = memory_now;
    }
    finish_probe();
    print_latencies("alone", &alone);
    print_latencies("meanwhile", &meanwhile);
    print_latencies("while_held", &probe.latencies);
    print_latencies("answer", &answers);
    printf("\"bytes\": %.0f, \"held_each\": %.0f", (double)bytes / count,
           held ? (double)(most - memory) / held : 0.0);
}

/* lines=N bytes=B: a client falls N lines behind, for it does not read, and then catches up while
 * another one talks: 1,000 lines a second. */
static void behind(void) {
    static char data[READ];
    long wanted = number(arguments, "lines", NULL), line_bytes = number(arguments, "bytes", "80");
    int talker = enter(0), late = enter(1), small = 1 << 16;
    setsockopt(late, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    char *batch = malloc(100 * (line_bytes + 1)), *end = batch;
    for (int i = 0; i < 100; i++) {
        end = (char *)memset(end, 'x', line_bytes) + line_bytes;
        *end++ = '\n';
    }
    struct part part = {0};
    uint64_t began = now();
    for (long said = 0, heard = 0; heard < wanted;) {
        if (said < wanted && said - heard <= 156) {
            if (send(talker, batch, end - batch, MSG_NOSIGNAL) != end - batch) fail("a send");
            said += 100;
        }
        ssize_t size = recv(talker, data, sizeof data, said - heard <= 156 ? MSG_DONTWAIT : 0);
        if (size == 0 || (size < 0 && errno != EAGAIN)) fail("the server closed a connection");
        for (ssize_t i = 0; i < size; i++) heard += data[i] == '\n';
    }
    double talking = (double)(now() - began) / SECOND;
    start_probe(2, false, 1);
    probe_alone(3);
    struct latencies before = take_latencies();
    uint64_t memory = memory_of(server), most = memory, cpu = cpu_of(server), look = now();
    long caught_up = 0, own = probe.said;
    began = look;
    while (caught_up < wanted + own) {
        serve_probe(true);
        own = probe.answered;
        ssize_t size = recv(late, data, sizeof data, MSG_DONTWAIT);
        if (size == 0 || (size < 0 && errno != EAGAIN)) fail("the server closed a connection");
        const char *next = data, *line;
        size_t length;
        while (size > 0 && next_line(&part, &next, data + size, &line, &length)) {
            if (*line != '<') fail("the late client was sent: %.*s", (int)length, line);
            const char *number = said_by_probe(line, length);
            if (number && atol(number) != caught_up - wanted)
                fail("the late client missed a line");
            caught_up++;
        }
        if (now() - look > SECOND / 20) {
            uint64_t memory_now = memory_of(server);
            look = now();
            if (memory_now > most) most = memory_now;
            if (look - began > 120 * SECOND) fail("only %ld lines in two minutes", caught_up);
        }
    }
    double seconds = (double)(now() - began) / SECOND;
    cpu = cpu_of(server) - cpu;
    finish_probe();
    print_latencies("before", &before);
    print_latencies("meanwhile", &probe.latencies);
    printf("\"lines\": %ld, \"seconds\": %.3f, \"per_second\": %.0f, \"cpu_us\": %.3f,"
           " \"memory_before\": %lu, \"memory_most\": %lu, \"talking_seconds\": %.2f",
           caught_up, seconds, caught_up / seconds, cpu / 1e3 / caught_up, memory, most, talking);
}

/* what=newlines|segments|lines clients=N seconds=S: N clients send as fast as they can; a probe
 * talks in the same room. */
static void flood(void) {
    static char data[READ], bytes[1 << 16];
    int clients = number(arguments, "clients", NULL), *fds = calloc(clients, sizeof *fds);
    const char *what = text(arguments, "what", NULL);
    bool segments = !strcmp(what, "segments");
    size_t line_bytes = segments ? 80 : !strcmp(what, "lines") ? 512 : 1;
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (i + 1) % line_bytes ? 'x' : '\n';
    size_t *at = calloc(clients, sizeof *at); /* where in the bytes each one is */
    start_probe(clients, false, 2);
    for (int i = 0; i < clients; i++) fds[i] = enter(i);
    probe_alone(1);
    struct latencies before = take_latencies();
    uint64_t sent = 0, began = now(), cpu = cpu_of(server), memory = memory_of(server);
    uint64_t end = began + number(arguments, "seconds", "3") * SECOND;
    while (now() < end) {
        for (int i = 0; i < clients; i++) {
            serve_probe(true);
            for (int times = segments ? 32 : 1; times; times--) {
                size_t size = segments ? 1 : sizeof bytes - at[i];
                ssize_t taken = send(fds[i], bytes + at[i], size, MSG_DONTWAIT | MSG_NOSIGNAL);
                if (taken < 0 && errno != EAGAIN) fail("a flooding client was cut off");
                if (taken <= 0) break;
                at[i] = (at[i] + taken) % (sizeof bytes / line_bytes * line_bytes);
                sent += taken;
            }
            if (recv(fds[i], data, sizeof data, MSG_DONTWAIT) == 0)
                fail("a flooding client was cut off");
        }
    }
    double seconds = (double)(now() - began) / SECOND;
    cpu = cpu_of(server) - cpu;
    memory = memory_of(server) - memory;
    for (int i = 0; i < clients; i++) close(fds[i]);
    finish_probe();
    print_latencies("before", &before);
    print_latencies("meanwhile", &probe.latencies);
    printf("\"clients\": %d, \"bytes_per_second\": %.0f, \"server_busy\": %.3f, \"grown\": %ld",
           clients, sent / seconds, cpu / seconds / SECOND, (long)memory);
}

int main(int count, char **all) {
    static const struct {
        const char *name;
        void (*run)(void);
    } MODES[] = {{"idle", idle}, {"visits", visits}, {"browsers", browsers},
                 {"storm", storm}, {"notices", notices}, {"ask", ask}, {"list", list},
                 {"behind", behind}, {"flood", flood}};
    (void)count;
    arguments = all;
    port = number(all, "port", NULL);
    server = number(all, "pid", NULL);
    const char *mode = text(all, "mode", NULL);
    for (size_t i = 0; i < sizeof MODES / sizeof *MODES; i++) {
        if (strcmp(mode, MODES[i].name)) continue;
        printf("{");
        MODES[i].run();
        printf("}\n");
        return 0;
    }
    fail("mode is idle, visits, browsers, storm, notices, ask, list, behind or flood");
}
