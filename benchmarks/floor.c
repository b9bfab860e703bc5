/* floor PORT [FILE [ROOMS]]: the least that the same promise can cost.
 *
 * One thread, one epoll. In a turn every client that has something to say is read once; the turn's
 * lines are appended to FILE and fdatasynced; then every client is sent them with one send. A FILE
 * of "-", or none, is the bare floor: it promises nothing about the disk. With ROOMS, the client
 * that came in as number i is in room i modulo ROOMS. It listens on 127.0.0.1.
 *
 * A room is a ring of bytes and a client a place in it, so a full socket costs the others nothing
 * and is not polled: epoll says when there is room again. Only whole lines are passed on. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MOST_CLIENTS = 65536, MOST_ROOMS = 1024, RING = 1 << 24, READ = 1 << 16 };

struct room {
    char *ring;         /* mapped twice in a row, so that any RING bytes of it lie together */
    uint64_t said, kept; /* bytes so far, and of these on disk */
};

struct client {
    int room, place; /* in `present` */
    uint64_t sent;   /* of its room's bytes */
    bool full;
    char *tail; /* the start of a line whose end has not come */
    size_t tail_length;
};

static struct room rooms[MOST_ROOMS];
static int room_count = 1;
static struct client *clients[MOST_CLIENTS]; /* by file descriptor */
static int present[MOST_CLIENTS], present_count, came;
static int epoll, file = -1;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static char *new_ring(void) {
    int memory = memfd_create("room", 0);
    char *ring = mmap(NULL, 2 * RING, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory < 0 || ftruncate(memory, RING) || ring == MAP_FAILED) die("ring");
    for (int half = 0; half < 2; half++)
        if (mmap(ring + half * (size_t)RING, RING, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
                 memory, 0) == MAP_FAILED)
            die("ring");
    close(memory);
    return ring;
}

static void watch(int fd, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    if (epoll_ctl(epoll, operation, fd, &event)) die("epoll_ctl");
}

static void say(struct room *room, const char *data, size_t length) {
    memcpy(room->ring + room->said % RING, data, length);
    room->said += length;
}

static void greet(int listener) {
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= MOST_CLIENTS) die("too many clients");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct client *client = clients[fd] = calloc(1, sizeof *client);
        client->room = came++ % room_count;
        client->sent = rooms[client->room].said;
        client->place = present_count;
        present[present_count++] = fd;
        watch(fd, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static void leave(int fd) {
    struct client *client = clients[fd];
    present[client->place] = present[--present_count];
    clients[present[client->place]]->place = client->place;
    free(client->tail);
    free(client);
    clients[fd] = NULL;
    close(fd);
}

static void listen_to(int fd) {
    static char data[READ];
    struct client *client = clients[fd];
    ssize_t length = recv(fd, data, sizeof data, 0);
    if (length <= 0) {
        if (length == 0 || errno != EAGAIN) leave(fd);
        return;
    }
    char *end = memrchr(data, '\n', length);
    size_t whole = end ? (size_t)(end + 1 - data) : 0;
    if (whole) {
        say(&rooms[client->room], client->tail, client->tail_length);
        say(&rooms[client->room], data, whole);
        client->tail_length = 0;
    }
    if ((size_t)length > whole) {
        client->tail = realloc(client->tail, client->tail_length + length - whole);
        memcpy(client->tail + client->tail_length, data + whole, length - whole);
        client->tail_length += length - whole;
    }
}

static void tell(int fd) {
    struct client *client = clients[fd];
    struct room *room = &rooms[client->room];
    uint64_t behind = room->kept - client->sent;
    if (!behind) return;
    if (behind > RING) {
        fprintf(stderr, "floor: a client is more than %d bytes behind\n", RING);
        exit(1);
    }
    ssize_t length = send(fd, room->ring + client->sent % RING, behind, MSG_NOSIGNAL);
    if (length < 0 && errno != EAGAIN) return; /* its next read says that it is gone */
    if (length > 0) client->sent += length;
    bool full = client->sent < room->kept;
    if (full != client->full) {
        client->full = full;
        watch(fd, EPOLL_CTL_MOD, full ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
}

static bool keep(void) {
    bool news = false;
    for (struct room *room = rooms; room < rooms + room_count; room++) {
        if (room->kept == room->said) continue;
        news = true;
        while (file >= 0 && room->kept < room->said) {
            ssize_t written = write(file, room->ring + room->kept % RING, room->said - room->kept);
            if (written < 0) die("write");
            room->kept += written;
        }
        room->kept = room->said;
    }
    if (news && file >= 0 && fdatasync(file)) die("fdatasync");
    return news;
}

int main(int count, char **arguments) {
    if (count > 3) room_count = atoi(arguments[3]);
    if (count < 2 || count > 4 || room_count < 1 || room_count > MOST_ROOMS) {
        fputs("usage: floor PORT [FILE [ROOMS]]\n", stderr);
        return 2;
    }
    if (count > 2 && strcmp(arguments[2], "-")) {
        file = open(arguments[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (file < 0) die(arguments[2]);
    }
    for (int i = 0; i < room_count; i++) rooms[i].ring = new_ring();

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(atoi(arguments[1])),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096))
        die("listen");
    epoll = epoll_create1(0);
    watch(listener, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        static struct epoll_event events[1024];
        int ready = epoll_wait(epoll, events, 1024, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) greet(listener);
            else {
                if (events[i].events & EPOLLOUT) tell(fd);
                if (events[i].events & ~EPOLLOUT) listen_to(fd);
            }
        }
        if (!keep()) continue;
        for (int i = 0; i < present_count; i++)
            if (!clients[present[i]]->full) tell(present[i]);
    }
}
