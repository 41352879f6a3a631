/* SPDX-License-Identifier: GPL-2.0 */
/* UTF-8 (RFC 3629): names of interfaces may be any bytes. */
#ifndef UTF8_H
#define UTF8_H

/* How many bytes the UTF-8 character at text has; 0: it is none. */
unsigned int utf8_length(const unsigned char *text);

#endif /* UTF8_H */
