/* bounds: every size and count that transport puts on a peer. Knows: numbers. Must not know: anything else.
 * Each has a test at the limit and one past it. RFC 4253 4.2, 6.1; RFC 8308 2.5. */
#ifndef TRANSPORT_BOUNDS_H
#define TRANSPORT_BOUNDS_H

#define LIMIT_IDENT_LINE 255          /* RFC 4253 4.2: with CR LF */
#define LIMIT_PRE_IDENT_LINE 8192     /* a line of a server before its identification, with its line end */
#define LIMIT_PRE_IDENT_LINES 1024
#define LIMIT_PACKET 262144           /* packet_length; RFC 4253 6.1 asks for 35000 */
#define LIMIT_PAYLOAD_OUT 35000       /* what we send at most in one packet: every peer must take it */
#define LIMIT_FULL_PACKET 32804       /* 32 KiB of channel data under an AEAD, on the wire: 4 + 1 + 9 + 32768 + padding + 16 */
#define LIMIT_INPUT (9 * LIMIT_FULL_PACKET) /* the input buffer at most: the longest packet, or nine full ones and nothing of a tenth */
#define LIMIT_INPUT_FIRST 4096        /* the input buffer at first */
#define LIMIT_OUTPUT_ROOM 262144      /* bulk data is offered room up to this much unwritten output */
#define LIMIT_OUTPUT_STOP 1048576     /* over this much unwritten output no more packets are handled */
#define LIMIT_SEGMENT_FIRST 2048      /* an output segment at first */
#define LIMIT_SEGMENT (9 * LIMIT_FULL_PACKET) /* and at most */
#define LIMIT_HELD 65536              /* replies that wait for the end of a key exchange */
#define LIMIT_OUTPUT_ASKED 524288     /* over this much unwritten output the owner's own requests have to wait */
#define LIMIT_HELD_ASKED 49152        /* of LIMIT_HELD, what the owner's own requests may take */
#define LIMIT_EXTENSIONS 1024         /* entries of one EXT_INFO */
#define LIMIT_NAME_LIST 65536         /* all of a KEXINIT */

#endif
