/* talk port=P pid=SERVER protocol=chat|bare|irc|nats|web clients=N [senders=1] [rooms=1] [window=1]
 *      [bytes=80] [seconds=3] [at_once=500] [entering=60] [lines=PATH] [rate=R] [settings=A,B,...]
 *      [capabilities=A,B,...]: the fan-out load. Prints a JSON object.
 *
 * N clients come in, `at_once` of them at any time and within `entering` seconds, and `senders` of
 * them talk for so many seconds; then everything said must have reached everyone. Client i is in
 * room i modulo `rooms`. The first client of each room watches: at most `window` lines of the room
 * are under way, as it sees them. One epoll, one recv for each client that is ready, one send for
 * all lines that a client may say at the moment.
 *
 * A line is |SENDER:SEQ:TIME and padding, in hexadecimal digits. Nothing may be missing, doubled or
 * out of order, or the program ends with status 1. Where the protocol promises one order for all
 * (chat and bare), the bytes that the first client to get them was sent are read line by line, and
 * what all others are sent must be the same bytes. Else every client's lines are read; those of web
 * (JSON in a WebSocket) have numbers, and must be the same at each number for all. With lines=, those
 * who talk are no WebSockets then, but speak chat over the UNIX socket at that path.
 *
 * With rate=, R lines a second are said in all, evenly, as far as the window lets them. With settings=,
 * those who only listen say the commands of that list in turns as they come in, and one order is that
 * of each setting: its first one, which may be empty, is that of all who talk and watch. */
#include "load.h"
#include "websocket.h"

enum { STAMP = 31, READ = 1 << 18, SAMPLED = 100, SETTINGS = 16 };
static const char ECHO[] = "echo-message";
static const uint64_t PATIENCE = 30 * SECOND;

enum phase { ENTERING, SETTLING, TALKING, ENDING };

struct line {
    uint64_t end, sent; /* bytes of the room up to its end (of web, who said it); when it was sent */
};

/* What all clients of a room that have one setting are sent. */
struct feed {
    char *log; /* the bytes, where the order is one */
    struct line *lines;
    uint32_t *heard;             /* by sender, where the order is one */
    uint64_t bytes;              /* of the log */
    uint64_t read;               /* of these in whole lines */
    uint32_t published;          /* whole lines in the log; of web, lines that anybody was sent */
    uint64_t first;              /* of web, the number of the first line */
    int members;
};

struct room {
    struct feed *feeds;          /* by setting */
    uint32_t said, watched;      /* lines said, and of these seen by the watching client */
    int turn;                    /* whose turn it is to talk */
    int members, *senders, sender_count;
};

struct sender {
    int client, room;
    uint32_t said;
    char *line; /* as it goes out; the stamp is written over each time */
    int head, stamp_at, length; /* head: of a frame */
};

struct client {
    int fd, room, setting;
    struct feed *feed;
    const char *capabilities; /* of irc, which it asks for */
    bool answered, watches, sampled, echoes; /* whether it is sent its own lines */
    uint64_t seen;      /* bytes of its feed's log */
    uint32_t seen_lines; /* of a client that watches or is sampled; of web, of each */
    uint32_t *heard;    /* by sender, where the order is each client's own */
    char *unsent; /* what the socket did not take */
    size_t unsent_length;
    struct part part;
    struct rest rest; /* of web, as what follows */
    bool open, has_lines; /* whether it speaks chat */
};

static enum protocol { CHAT, BARE, IRC, NATS, WEB } protocol;
static const char *const PROTOCOLS[] = {"chat", "bare", "irc", "nats", "web"};
static enum phase phase = ENTERING;
static struct client *clients;
static struct room *rooms;
static struct sender *senders;
static char *settings[SETTINGS], *capabilities[SETTINGS];
static int setting_count, set_count;
static int client_count, sender_count, room_count, server, answered, epoll;
static uint32_t window;
static int line_bytes;
static const char *lines; /* where those who talk find chat */
static uint64_t said, due, delivered, delivered_bytes, wire_bytes, progress, be_in_by;
static double entering; /* seconds that all may take to come in */
static double rate;     /* lines a second in all; 0: as many as the window lets */
static struct latencies latencies;

/* Where everybody in a room is promised the same lines in the same order. */
static bool one_order(void) { return protocol == CHAT || protocol == BARE; }

/* What a client speaks. */
static enum protocol spoken(const struct client *client) {
    return client->has_lines ? CHAT : protocol;
}

/* Who is sent what a client says: IRC does not send you your own lines, unless you ask for it. */
static int listeners(const struct client *client) {
    return rooms[client->room].members - !client->echoes;
}

static void watch(struct client *client, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.u32 = client - clients};
    if (epoll_ctl(epoll, operation, client->fd, &event)) fail("epoll_ctl: %s", strerror(errno));
}

static void lost(const struct client *client, const char *why) {
    fail("client %ld lost its connection: %s", (long)(client - clients), why);
}

static void put(struct client *client, const char *data, size_t length) {
    if (!client->unsent_length) {
        ssize_t sent = send(client->fd, data, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) lost(client, strerror(errno));
        if (sent > 0) data += sent, length -= sent;
        if (!length) return;
        watch(client, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    }
    client->unsent = realloc(client->unsent, client->unsent_length + length);
    memcpy(client->unsent + client->unsent_length, data, length);
    client->unsent_length += length;
}

static void put_rest(struct client *client) {
    ssize_t sent = send(client->fd, client->unsent, client->unsent_length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) lost(client, strerror(errno));
    if (sent <= 0) return;
    client->unsent_length -= sent;
    memmove(client->unsent, client->unsent + sent, client->unsent_length);
    if (!client->unsent_length) watch(client, EPOLL_CTL_MOD, EPOLLIN);
}

/* Lines, and what is in them. */

static uint64_t from_hex(const char *digits, int count) {
    uint64_t value = 0;
    while (count--) {
        unsigned digit = (unsigned char)*digits++;
        value = value << 4 | (digit <= '9' ? digit - '0' : digit - 'a' + 10);
    }
    return value;
}

static void to_hex(char *digits, int count, uint64_t value) {
    while (count--) digits[count] = "0123456789abcdef"[value & 15], value >>= 4;
}

/* Looks for a stamp in a line (without its end): gives where it begins, or NULL. */
static const char *find_stamp(const char *line, size_t length) {
    const char *stamp = memchr(line, '|', length);
    if (!stamp || line + length - stamp < STAMP || stamp[5] != ':' || stamp[14] != ':') return NULL;
    return stamp;
}

/* Sees to it that a line is the next one of its sender. Gives when it was sent. */
static uint64_t check(const struct client *client, uint32_t *counts, const char *stamp,
                      const char *end) {
    long who = client - clients;
    uint32_t sender = from_hex(stamp + 1, 4), seq = from_hex(stamp + 6, 8);
    if (sender >= (uint32_t)sender_count) fail("client %ld: a line of nobody's", who);
    if (senders[sender].room != client->room)
        fail("client %ld: a line of sender %u, who is in another room", who, sender);
    if (end - stamp != line_bytes)
        fail("client %ld: line %u of sender %u has %ld bytes, not %d", who, seq, sender,
             (long)(end - stamp), line_bytes);
    if (seq != ++counts[sender])
        fail("client %ld: line %u of sender %u came where %u should", who, seq, sender,
             counts[sender]);
    return from_hex(stamp + 15, 16);
}

/* While all come in, and when all has been said: a line that is not talk. */
static void read_answer(struct client *client, const char *line, size_t length) {
    long who = client - clients;
    bool fence = false;
    if (phase == ENDING && find_stamp(line, length))
        fail("client %ld: a line came after all had come: %.*s", who, (int)length, line);
    switch (spoken(client)) {
    case BARE:
        fence = length == 1 && *line == '!';
        break;
    case CHAT:
        fence = !strncmp(line, "ERR Unknown command: /sync", 26);
        if (!fence && !strncmp(line, "ERR ", 4)) fail("client %ld: %.*s", who, (int)length, line);
        break;
    case NATS:
        fence = !strncmp(line, "PONG", 4);
        if (!strncmp(line, "-ERR", 4)) fail("client %ld: %.*s", who, (int)length, line);
        if (!strncmp(line, "PING", 4)) put(client, "PONG\r\n", 6);
        break;
    case IRC: {
        char answer[LONGEST];
        const char *tags = *line == '@' ? memchr(line, ' ', length) : NULL;
        if (tags) length -= tags + 1 - line, line = tags + 1;
        const char *word = memchr(line, ' ', length);
        if (!strncmp(line, "ERROR", 5)) fail("client %ld: %.*s", who, (int)length, line);
        if (!strncmp(line, "PING", 4))
            put(client, answer, snprintf(answer, sizeof answer, "PONG%.*s\r\n", (int)length - 4,
                                         line + 4));
        if (!word) break;
        if (!strncmp(word, " CAP ", 5) && memmem(line, length, " NAK ", 5))
            fail("client %ld has not all capabilities: %.*s", who, (int)length, line);
        fence = !strncmp(word, " PONG", 5);
        if (!strncmp(word, " 376 ", 5) || !strncmp(word, " 422 ", 5))
            put(client, answer, snprintf(answer, sizeof answer, "JOIN #c%d\r\nPING :sync\r\n",
                                         client->room));
        break;
    }
    case WEB:
        break; /* it has no lines */
    }
    if (fence && !client->answered) client->answered = true, answered++;
}

/* Talk in a protocol where the order is each client's own. */
static void read_line(struct client *client, const char *line, size_t length) {
    const char *stamp = find_stamp(line, length);
    if (!stamp) {
        read_answer(client, line, length);
        return;
    }
    uint64_t sent = check(client, client->heard, stamp, line + length);
    delivered++;
    if (client->watches) rooms[client->room].watched++;
    if (client->sampled) record(&latencies, now() - sent);
}

static void read_lines(struct client *client, const char *data, size_t size) {
    const char *end = data + size, *line;
    size_t length;
    while (next_line(&client->part, &data, end, &line, &length))
        if (phase == TALKING) read_line(client, line, length);
        else read_answer(client, line, length);
}

/* Takes bells out of what came; gives how long the rest is. */
static size_t without_bells(char *data, size_t length) {
    char *end = data + length, *kept = memchr(data, '\a', length);
    if (!kept) return length;
    for (char *next = kept; next < end; next++)
        if (*next != '\a') *kept++ = *next;
    return kept - data;
}

/* Talk where the order is one: what the first client is sent is read, what the others are sent
 * must be the same. */
static void read_stream(struct client *client, char *data, size_t length) {
    struct feed *feed = client->feed;
    length = without_bells(data, length);
    size_t known = feed->bytes - client->seen;
    if (known > length) known = length;
    if (memcmp(data, feed->log + client->seen, known))
        fail("client %ld is not sent what others are, near line %u of room %d",
             (long)(client - clients), client->watches ? client->seen_lines : feed->published,
             client->room);
    client->seen += length;
    delivered_bytes += length;
    if (length > known) {
        memcpy(feed->log + feed->bytes, data + known, length - known);
        feed->bytes += length - known;
        const char *newline;
        while ((newline = memchr(feed->log + feed->read, '\n', feed->bytes - feed->read))) {
            const char *line = feed->log + feed->read, *end = newline - (newline[-1] == '\r');
            const char *stamp = find_stamp(line, end - line);
            if (!stamp) fail("a line that nobody said: %.*s", (int)(end - line), line);
            feed->read = newline + 1 - feed->log;
            feed->lines[feed->published++] =
                (struct line){feed->read, check(client, feed->heard, stamp, end)};
            delivered += feed->members;
        }
    }
    if (!client->watches && !client->sampled) return;
    for (uint64_t time = now(); client->seen_lines < feed->published; client->seen_lines++) {
        struct line *line = &feed->lines[client->seen_lines];
        if (line->end > client->seen) break;
        record(&latencies, time - line->sent);
    }
    if (client->watches) rooms[client->room].watched = client->seen_lines;
}

/* WebSockets: JSON, whose members are in the order of docs/wire.md. */

static const char *room_name(int room) {
    static char name[16];
    snprintf(name, sizeof name, room_count > 1 ? "c%d" : "lobby", room);
    return name;
}

static void send_frame(struct client *client, enum opcode opcode, const char *data, size_t length) {
    char frame[LONGEST + FRAME_HEAD];
    if (length > LONGEST) fail("the server sends a ping that is too long");
    put(client, frame, write_frame(frame, opcode, data, length));
}

/* A line that somebody was sent: the next one of its room for whoever is the first, and the same as
 * to that one for all others. */
static void read_event(struct client *client, uint64_t number, const char *stamp, const char *end) {
    struct feed *feed = client->feed;
    if (!feed->published) feed->first = number;
    if (number != feed->first + client->seen_lines)
        fail("client %ld: line number %lu came where %lu should", (long)(client - clients), number,
             feed->first + client->seen_lines);
    uint64_t author = from_hex(stamp + 1, 4) << 32 | from_hex(stamp + 6, 8);
    struct line *line = &feed->lines[client->seen_lines];
    if (client->seen_lines == feed->published) {
        *line = (struct line){author, check(client, feed->heard, stamp, end)};
        feed->published++;
    } else if (line->end != author || end - stamp != line_bytes)
        fail("client %ld: line number %lu is not what others were sent", (long)(client - clients),
             number);
    client->seen_lines++;
    delivered++;
    if (client->watches) rooms[client->room].watched = client->seen_lines;
    if (client->sampled) record(&latencies, now() - line->sent);
}

static void read_message(struct client *client, const char *data, size_t length) {
    const char *end = data + length, *type = memmem(data, length, "\"type\":\"", 8);
    if (!type) fail("a message without a type: %.*s", (int)length, data);
    type += 8;
    if (!strncmp(type, "error", 5) || !strncmp(type, "refused", 7))
        fail("client %ld: %.*s", (long)(client - clients), (int)length, data);
    if (!strncmp(type, phase == ENTERING ? "entered\"" : "pong\"", phase == ENTERING ? 8 : 5)) {
        if (!client->answered) client->answered = true, answered++;
    } else if (!strncmp(type, "events", 6)) {
        if (phase == ENDING) fail("an event came after all had come: %.*s", (int)length, data);
        while (phase == TALKING && (data = memmem(data, end - data, "\"seq\":", 6))) {
            uint64_t number = strtoull(data += 6, NULL, 10);
            const char *stamp = memchr(data, '|', end - data);
            const char *quote = stamp ? memchr(stamp, '"', end - stamp) : NULL;
            if (!quote || !find_stamp(stamp, quote - stamp))
                fail("a line that nobody said: %.*s", (int)(end - data), data);
            read_event(client, number, stamp, quote);
            data = quote;
        }
    }
}

static void read_frames(struct client *client, const char *data, size_t size) {
    const char *end = data + size;
    bool kept = client->rest.length;
    if (kept) {
        keep_rest(&client->rest, data, size);
        data = client->rest.bytes;
        end = data + client->rest.length;
    }
    if (!client->open) {
        char hello[80];
        size_t response = read_response(data, end - data);
        data += response;
        client->open = response;
        if (response)
            send_frame(client, TEXT, hello,
                       snprintf(hello, sizeof hello, "{\"type\":\"hello\",\"rooms\":{\"%s\":null}}",
                                room_name(client->room)));
    }
    for (struct frame frame; client->open && next_frame(&data, end, &frame);) {
        if (frame.opcode == CLOSE) lost(client, "the server closed its WebSocket");
        if (frame.opcode == PING) send_frame(client, PONG, frame.data, frame.length);
        if (frame.opcode == TEXT) read_message(client, frame.data, frame.length);
    }
    if (kept) {
        client->rest.length = end - data;
        memmove(client->rest.bytes, data, end - data);
    } else if (data < end) keep_rest(&client->rest, data, end - data);
}

static void receive(struct client *client) {
    static char data[READ];
    ssize_t length = recv(client->fd, data, sizeof data, MSG_DONTWAIT);
    if (length == 0) lost(client, "the server closed it");
    if (length < 0) {
        if (errno != EAGAIN) lost(client, strerror(errno));
        return;
    }
    progress = now();
    wire_bytes += length;
    if (spoken(client) == WEB) read_frames(client, data, length);
    else if (phase == TALKING && one_order()) read_stream(client, data, length);
    else read_lines(client, data, length);
}

static void turn(int milliseconds) {
    static struct epoll_event events[1024];
    int ready = epoll_wait(epoll, events, 1024, milliseconds);
    for (int i = 0; i < ready; i++) {
        struct client *client = &clients[events[i].data.u32];
        if (events[i].events & EPOLLOUT) put_rest(client);
        if (events[i].events & ~EPOLLOUT) receive(client);
    }
}

/* Coming in, and talking. */

static void enter(int index, int port) {
    struct client *client = &clients[index];
    char hello[REQUEST];
    int length = 0;
    client->fd = client->has_lines ? socket(AF_UNIX, SOCK_STREAM, 0) : new_socket(index, 0);
    if (client->has_lines ? dial_path(client->fd, lines) : dial(client->fd, port))
        fail("client %d cannot connect: %s", index, strerror(errno));
    fcntl(client->fd, F_SETFL, O_NONBLOCK);
    watch(client, EPOLL_CTL_ADD, EPOLLIN);
    if (spoken(client) == CHAT) {
        const char *setting = settings[client->setting];
        if (*setting) length += snprintf(hello, sizeof hello, "%s\n", setting);
        if (room_count > 1)
            length += snprintf(hello + length, sizeof hello - length, "/join c%d\n", client->room);
        length += snprintf(hello + length, sizeof hello - length, "/sync\n");
    }
    else if (protocol == IRC) {
        if (*client->capabilities)
            length = snprintf(hello, sizeof hello, "CAP REQ :%s\r\nCAP END\r\n",
                              client->capabilities);
        length += snprintf(hello + length, sizeof hello - length,
                           "NICK u%d\r\nUSER u%d 0 * :u\r\n", index, index);
    }
    else if (protocol == NATS)
        length = snprintf(hello, sizeof hello,
                          "CONNECT {\"verbose\":false}\r\nSUB c%d 1\r\nPING\r\n", client->room);
    else if (protocol == WEB) length = write_request(hello, port);
    else if (index >= client_count - room_count) /* told to all in its room: they came before it */
        length = snprintf(hello, sizeof hello, "!\n");
    if (length) put(client, hello, length);
}

static void wait_for_answers(int wanted) {
    while (answered < wanted) {
        turn(1000);
        if (phase == ENTERING && now() > be_in_by)
            fail("only %d of %d clients came in within %g s", answered, client_count, entering);
        if (now() - progress > PATIENCE)
            fail("only %d of %d clients were answered", answered, client_count);
    }
}

/* Asks for an answer behind everything else, so that nothing is under way when it is there. */
static void settle(enum phase next) {
    static const char *const ASK[] = {"/sync\n", "!\n", "PING :sync\r\n", "PING\r\n",
                                      "{\"type\":\"ping\"}"};
    phase = next;
    answered = 0;
    for (int i = 0; i < client_count; i++) clients[i].answered = false;
    for (int i = 0; i < client_count; i++) {
        const char *ask = ASK[spoken(&clients[i])];
        if (spoken(&clients[i]) == WEB) send_frame(&clients[i], TEXT, ask, strlen(ask));
        else if (protocol != BARE || i < room_count) put(&clients[i], ask, strlen(ask));
    }
    wait_for_answers(client_count);
}

static void prepare(int index) {
    struct sender *sender = &senders[index];
    char line[LONGEST];
    sender->client = room_count + index;
    sender->room = sender->client % room_count;
    enum protocol protocol = spoken(&clients[sender->client]);
    int length = 0;
    if (protocol == IRC) length = snprintf(line, sizeof line, "PRIVMSG #c%d :", sender->room);
    if (protocol == NATS)
        length = snprintf(line, sizeof line, "PUB c%d %d\r\n", sender->room, line_bytes);
    sender->stamp_at = length;
    if (protocol == WEB) {
        char before[80];
        int size = snprintf(before, sizeof before,
                            "{\"type\":\"line\",\"id\":1,\"room\":\"%s\",\"text\":\"",
                            room_name(sender->room));
        sender->head = write_head(line, TEXT, size + line_bytes + 2);
        memcpy(line + sender->head, before, size);
        length = sender->head + size;
        sender->stamp_at = length;
    }
    memset(line + length, 'x', line_bytes);
    memcpy(line + length, "|0000:00000000:", 15);
    to_hex(line + length + 1, 4, index);
    length += line_bytes;
    length += sprintf(line + length, protocol == WEB ? "\"}" : protocol <= BARE ? "\n" : "\r\n");
    sender->length = length;
    sender->line = malloc(length);
    memcpy(sender->line, line, length);
    struct room *room = &rooms[sender->room];
    room->senders[room->sender_count++] = index;
}

static void say(struct sender *sender, int lines) {
    static char batch[1 << 22];
    if ((size_t)lines * sender->length > sizeof batch) fail("window is too large");
    uint64_t time = now();
    char *end = batch;
    for (int i = 0; i < lines; i++) {
        to_hex(sender->line + sender->stamp_at + 6, 8, ++sender->said);
        to_hex(sender->line + sender->stamp_at + 15, 16, time);
        memcpy(end, sender->line, sender->length);
        if (sender->head) mask(end, sender->head, sender->length - sender->head);
        end += sender->length;
    }
    put(&clients[sender->client], batch, end - batch);
    rooms[sender->room].said += lines;
    said += lines;
    due += (uint64_t)lines * listeners(&clients[sender->client]);
}

/* The senders of a room share what its window lets them say, in turns. */
static void talk(struct room *room, uint64_t most) {
    uint32_t under_way = room->said - room->watched;
    if (under_way >= window || !most) return;
    uint32_t lines = window - under_way, count = room->sender_count;
    if (lines > most) lines = most;
    for (uint32_t i = 0; i < count && i < lines; i++) {
        struct sender *sender = &senders[room->senders[(room->turn + i) % count]];
        if (!clients[sender->client].unsent_length)
            say(sender, lines / count + (i < lines % count));
    }
    room->turn = (room->turn + lines) % count;
}

/* Whether everyone has been sent everything. */
static bool finished(void) {
    uint64_t due_bytes = 0;
    for (struct room *room = rooms; room < rooms + room_count; room++)
        for (int i = 0; i < setting_count; i++)
            due_bytes += room->feeds[i].bytes * room->feeds[i].members;
    return delivered == due && (!one_order() || delivered_bytes == due_bytes);
}

static void explain(void) {
    for (int i = 0; i < client_count; i++) {
        const struct client *client = &clients[i];
        const struct room *room = &rooms[client->room];
        if (spoken(client) == WEB && client->seen_lines < room->said)
            fail("stalled: client %d was sent %u of %u lines of its room", i, client->seen_lines,
                 room->said);
        const struct feed *feed = client->feed;
        if (one_order() && (client->seen < feed->bytes || feed->published < room->said))
            fail("stalled: client %d was sent %lu of %lu bytes; %u of %u lines of its room were"
                 " seen by anybody", i, client->seen, feed->bytes, feed->published, room->said);
    }
    fail("stalled: %lu lines were said, %lu delivered", said, delivered);
}

int main(int count, char **arguments) {
    (void)count;
    int port = number(arguments, "port", NULL), at_once = number(arguments, "at_once", "500");
    double seconds = number(arguments, "seconds", "3");
    server = number(arguments, "pid", NULL);
    client_count = number(arguments, "clients", NULL);
    sender_count = number(arguments, "senders", "1");
    room_count = number(arguments, "rooms", "1");
    window = number(arguments, "window", "1");
    line_bytes = number(arguments, "bytes", "80");
    rate = number(arguments, "rate", "0");
    lines = text(arguments, "lines", "");
    if (!*lines) lines = NULL;
    const char *name = text(arguments, "protocol", NULL);
    while (protocol <= WEB && strcmp(name, PROTOCOLS[protocol])) protocol++;
    if (protocol > WEB) fail("protocol is chat, bare, irc, nats or web");
    if (line_bytes < STAMP || line_bytes > LONGEST / 2)
        fail("bytes is %d to %d", STAMP, LONGEST / 2);
    if (sender_count < room_count || client_count < sender_count + room_count || window < 1)
        fail("every room needs a sender, and a client that watches; window is at least 1");

    epoll = epoll_create1(0);
    clients = calloc(client_count, sizeof *clients);
    rooms = calloc(room_count, sizeof *rooms);
    senders = calloc(sender_count, sizeof *senders);
    char *list = strdup(text(arguments, "settings", ""));
    for (char *next; (next = strsep(&list, ","));) {
        if (setting_count == SETTINGS) fail("settings= has more than %d", SETTINGS);
        settings[setting_count++] = next;
    }
    if (setting_count > 1 && protocol != CHAT) fail("settings= are of chat");
    list = strdup(text(arguments, "capabilities", ""));
    for (char *next; (next = strsep(&list, ","));) {
        if (set_count == SETTINGS) fail("capabilities= has more than %d", SETTINGS);
        for (char *plus = next; (plus = strchr(plus, '+'));) *plus = ' ';
        capabilities[set_count++] = next;
    }
    for (int i = 0; i < room_count; i++)
        rooms[i].feeds = calloc(setting_count, sizeof *rooms[i].feeds);
    for (int i = 0; i < client_count; i++) {
        int listener = i - room_count - sender_count;
        clients[i].room = i % room_count;
        if (listener > 0) clients[i].setting = listener / room_count % setting_count;
        clients[i].feed = &rooms[clients[i].room].feeds[clients[i].setting];
        clients[i].feed->members++;
        clients[i].capabilities = capabilities[i % set_count];
        clients[i].echoes = protocol != IRC || strstr(clients[i].capabilities, ECHO);
        clients[i].watches = i < room_count;
        clients[i].sampled = client_count <= SAMPLED || i % (client_count / SAMPLED | 1) == 0;
        clients[i].has_lines = lines && i >= room_count && i < room_count + sender_count;
        if (spoken(&clients[i]) != WEB && !one_order())
            clients[i].heard = calloc(sender_count, sizeof *clients[i].heard);
        rooms[i % room_count].members++;
    }
    int feeds = room_count * setting_count;
    for (int i = 0; i < feeds && (one_order() || protocol == WEB); i++) {
        struct feed *feed = &rooms[i / setting_count].feeds[i % setting_count];
        if (one_order()) feed->log = reserve((16ull << 30) / feeds);
        feed->lines = reserve((4ull << 30) / feeds);
        feed->heard = calloc(sender_count, sizeof *feed->heard);
    }
    for (int i = 0; i < room_count; i++) rooms[i].senders = calloc(sender_count, sizeof(int));
    for (int i = 0; i < sender_count; i++) prepare(i);

    uint64_t before = memory_of(server), began = progress = now();
    entering = number(arguments, "entering", "60");
    be_in_by = began + entering * SECOND;
    /* Those who talk in lines come first, and make the rooms: browsers ask for rooms that are. */
    for (int has_lines = 1, came = 0; has_lines >= 0; has_lines--) {
        for (int i = 0; i < client_count; i++) {
            if (clients[i].has_lines != has_lines) continue;
            enter(i, port);
            turn(0);
            if (protocol != BARE) wait_for_answers(++came - at_once);
        }
        wait_for_answers(has_lines ? came : client_count);
    }
    settle(SETTLING);
    double entered = (double)(now() - began) / SECOND;

    phase = TALKING;
    uint64_t cpu = cpu_of(server), own = own_cpu(), start = progress = now();
    wire_bytes = 0;
    bool talking = true;
    while (talking || !finished()) {
        uint64_t time = now() - start, allowed = rate ? rate * time / SECOND : UINT64_MAX;
        talking = talking && time < seconds * SECOND;
        for (int i = 0; i < room_count && talking; i++) {
            struct room *room = &rooms[rate ? (said + i) % room_count : (uint64_t)i];
            talk(room, allowed > said ? allowed - said : 0);
        }
        turn(rate && talking ? 0 : 1000);
        if (now() - progress > PATIENCE) explain();
    }
    double elapsed = (double)(progress - start) / SECOND;
    cpu = cpu_of(server) - cpu;
    own = own_cpu() - own;
    double bytes = (double)wire_bytes / delivered;
    settle(ENDING);

    printf("{\"clients\": %d, \"senders\": %d, \"rooms\": %d, \"window\": %u, \"lines\": %lu,"
           " \"deliveries\": %lu, \"seconds\": %.3f, \"cpu_us\": %.4f, \"per_second\": %.0f,"
           " \"p50_ms\": %.4f, \"p99_ms\": %.4f, \"p999_ms\": %.4f, \"greatest_ms\": %.3f,"
           " \"line_bytes\": %.2f,"
           " \"server_busy\": %.3f, \"load_busy\": %.3f, \"memory_before\": %lu, \"memory\": %lu,"
           " \"entering_seconds\": %.2f}\n",
           client_count, sender_count, room_count, window, said, delivered, elapsed,
           cpu / 1e3 / delivered, delivered / elapsed, quantile(&latencies, .5),
           quantile(&latencies, .99), quantile(&latencies, .999), latencies.greatest / 1e6, bytes,
           cpu / elapsed / SECOND, own / elapsed / SECOND, before, memory_of(server), entered);
    return 0;
}
