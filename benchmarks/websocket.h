/* A WebSocket's client (RFC 6455): its request, and frames that it writes and reads. It knows nothing
 * of what is in them. Needs load.h in front of it. */

enum opcode { TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };
enum { FRAME_HEAD = 14 }; /* the longest head of a frame that a client writes */

static const char ACCEPTED[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; /* what a server makes of the key below */

enum { REQUEST = 1024 }; /* more than a request is long */

/* With all headers that Chromium sends to a page that has no cookie. */
static inline int write_request(char *into, int port) {
    return snprintf(into, REQUEST,
                    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\n"
                    "Pragma: no-cache\r\nCache-Control: no-cache\r\n"
                    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like "
                    "Gecko) Chrome/156.0.0.0 Safari/537.36\r\nUpgrade: websocket\r\n"
                    "Origin: http://127.0.0.1:%d\r\nSec-WebSocket-Version: 13\r\n"
                    "Accept-Encoding: gzip, deflate, br, zstd\r\n"
                    "Accept-Language: en-US,en;q=0.9\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: "
                    "permessage-deflate; client_max_window_bits\r\n\r\n", port, port);
}

/* How long the server's answer is, once all of it came; 0 before that. Fails if it is a refusal. */
static inline size_t read_response(const char *data, size_t length) {
    const char *end = memmem(data, length, "\r\n\r\n", 4);
    if (!end) return 0;
    if (length < 12 || memcmp(data, "HTTP/1.1 101", 12))
        fail("no WebSocket: %.*s", (int)strcspn(data, "\r\n"), data);
    if (!memmem(data, end - data, ACCEPTED, sizeof ACCEPTED - 1))
        fail("the server did not answer to the key");
    return end + 4 - data;
}

/* Applies the mask of a frame whose head has so many bytes: its payload is what it was not. */
static inline void mask(char *frame, size_t head, size_t length) {
    const char *key = frame + head - 4;
    for (size_t i = 0; i < length; i++) frame[head + i] ^= key[i & 3];
}

/* Writes the head of a frame with that much in it; gives how long the head is. */
static inline size_t write_head(char *into, enum opcode opcode, size_t length) {
    size_t head = 2;
    into[0] = 0x80 | opcode;
    if (length < 126) into[1] = 0x80 | length;
    else {
        into[1] = (char)(0x80 | 126);
        into[head++] = length >> 8;
        into[head++] = length;
        if (length > 0xffff) fail("a frame that is too long to be sent");
    }
    memcpy(into + head, "\x37\xfa\x21\x3d", 4);
    return head + 4;
}

/* A whole frame, masked; gives how long it is. */
static inline size_t write_frame(char *into, enum opcode opcode, const char *data, size_t length) {
    size_t head = write_head(into, opcode, length);
    memcpy(into + head, data, length);
    mask(into, head, length);
    return head + length;
}

struct frame {
    enum opcode opcode;
    const char *data;
    size_t length;
};

/* The next whole frame of what came; *data moves behind it. */
static inline bool next_frame(const char **data, const char *end, struct frame *frame) {
    const unsigned char *head = (const unsigned char *)*data;
    size_t came = end - *data, start = 2;
    if (came < start) return false;
    uint64_t length = head[1];
    if (length > 127) fail("the server masks its frames");
    if (length >= 126) {
        int bytes = length == 126 ? 2 : 8;
        start += bytes;
        if (came < start) return false;
        length = 0;
        for (int i = 0; i < bytes; i++) length = length << 8 | head[2 + i];
    }
    if ((head[0] & 0xf0) != 0x80) fail("the server sends a message in pieces, or reserved bits");
    if (came - start < length) return false;
    *frame = (struct frame){head[0] & 15, *data + start, length};
    *data += start + length;
    return true;
}

/* What came of a frame, or of a response, whose end has not come. */
struct rest {
    char *bytes;
    size_t length, room;
};

static inline void keep_rest(struct rest *rest, const char *data, size_t length) {
    if (rest->length + length > rest->room)
        rest->bytes = realloc(rest->bytes, rest->room = 2 * (rest->length + length));
    memcpy(rest->bytes + rest->length, data, length);
    rest->length += length;
}
