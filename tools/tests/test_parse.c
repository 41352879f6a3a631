// SPDX-License-Identifier: GPL-2.0
/* Options become a config, or are refused with a message. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/report.h"
#include "option/options.h"
#include "option/parse.h"
#include "tap.h"

/* The options of add, and the output of show. NULL means the same text. */
static const struct {
	const char *line, *shown;
} taken[] = {
	{ "g remote 192.0.2.2", NULL },
	{ "g remote any", NULL },
	{ "g remote 0.0.0.0 local 0.0.0.0", "g remote any" },
	{ "g local 192.0.2.1 remote 192.0.2.2", NULL },
	{ "g remote 192.0.2.2 local 192.0.2.1",
	  "g local 192.0.2.1 remote 192.0.2.2" },
	{ "g remote 192.0.2.2 key 5", NULL },
	{ "g remote 192.0.2.2 key 0", NULL },
	{ "g remote 192.0.2.2 key 0x10", "g remote 192.0.2.2 key 16" },
	{ "g remote 192.0.2.2 key 010", "g remote 192.0.2.2 key 10" },
	{ "g remote 192.0.2.2 key 0.0.1.2", "g remote 192.0.2.2 key 258" },
	{ "g remote 192.0.2.2 key 4294967295", NULL },
	{ "g remote 192.0.2.2 ikey 1 okey 2", NULL },
	{ "g remote 192.0.2.2 okey 1 ikey 1", "g remote 192.0.2.2 key 1" },
	{ "g remote 192.0.2.2 ikey 0", NULL },
	{ "g remote 192.0.2.2 okey 7", NULL },
	{ "g remote 192.0.2.2 csum seq", NULL },
	{ "g remote 192.0.2.2 icsum oseq", NULL },
	{ "g remote 192.0.2.2 ocsum iseq", NULL },
	{ "g remote 192.0.2.2 icsum ocsum", "g remote 192.0.2.2 csum" },
	{ "g remote 192.0.2.2 nokey nocsum noseq nodev down",
	  "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 ttl 1", NULL },
	{ "g remote 192.0.2.2 ttl 255", NULL },
	{ "g remote 192.0.2.2 ttl inherit", NULL },
	{ "g remote 192.0.2.2 ttl 64", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 hoplimit 9", "g remote 192.0.2.2 ttl 9" },
	{ "g remote 192.0.2.2 hlim 9", "g remote 192.0.2.2 ttl 9" },
	{ "g remote 192.0.2.2 ttl-min 1", NULL },
	{ "g remote 192.0.2.2 ttl 255 ttl-min 255", NULL },
	{ "g remote any ttl-min 0xfe", "g remote any ttl-min 254" },
	{ "g remote any ttl-min off", "g remote any" },
	{ "g remote 2001:db8::2 flowlabel inherit", NULL },
	{ "g remote 2001:db8::2 flowlabel 0xfffff", NULL },
	{ "g remote 2001:db8::2 flowlabel 18",
	  "g remote 2001:db8::2 flowlabel 0x12" },
	{ "g remote 2001:db8::2 flowlabel auto", "g remote 2001:db8::2" },
	{ "g remote ::", NULL },
	{ "g local :: remote any", "g remote ::" },
	{ "g local 2001:db8::1 remote ::", "g local 2001:db8::1 remote any" },
	{ "g remote 2001:db8::2 encaplimit 0", NULL },
	{ "g remote 2001:db8::2 encaplimit 255", NULL },
	{ "g remote 2001:db8::2 encaplimit none", "g remote 2001:db8::2" },
	{ "g remote 192.0.2.2 decap-ttl copy", NULL },
	{ "g remote 192.0.2.2 decap-ttl keep", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 tos inherit", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 tos 0", "g remote 192.0.2.2 tos 0x00" },
	{ "g remote 192.0.2.2 tos inherit/0x40", NULL },
	{ "g remote 192.0.2.2 tos inherit/ef",
	  "g remote 192.0.2.2 tos inherit/0xb8" },
	{ "g remote 192.0.2.2 tos inherit/0", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 tos 0xfc", NULL },
	{ "g remote 192.0.2.2 tos 184", "g remote 192.0.2.2 tos 0xb8" },
	{ "g remote 192.0.2.2 tos ef", "g remote 192.0.2.2 tos 0xb8" },
	{ "g remote 192.0.2.2 tos cs6", "g remote 192.0.2.2 tos 0xc0" },
	{ "g remote 192.0.2.2 tos cs0", "g remote 192.0.2.2 tos 0x00" },
	{ "g remote 192.0.2.2 tos af11", "g remote 192.0.2.2 tos 0x28" },
	{ "g remote 192.0.2.2 tos af43", "g remote 192.0.2.2 tos 0x98" },
	{ "g remote 192.0.2.2 tos va", "g remote 192.0.2.2 tos 0xb0" },
	{ "g remote 192.0.2.2 dsfield le", "g remote 192.0.2.2 tos 0x04" },
	{ "g remote 192.0.2.2 tclass AF11", "g remote 192.0.2.2 tos 0x28" },
	{ "g remote 192.0.2.2 tos Ef", "g remote 192.0.2.2 tos 0xb8" },
	{ "g remote 192.0.2.2 encap none noencap", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 df set", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 df inherit", NULL },
	{ "g remote 192.0.2.2 df clear", NULL },
	{ "g remote 192.0.2.2 pmtudisc", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 pmtudisc noignore-df", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 nopmtudisc", "g remote 192.0.2.2 df inherit" },
	{ "g remote 192.0.2.2 nopmtudisc ignore-df",
	  "g remote 192.0.2.2 df clear" },
	{ "g remote 192.0.2.2 ignore-df nopmtudisc",
	  "g remote 192.0.2.2 df clear" },
	{ "g remote 192.0.2.2 fwmark 0x77", NULL },
	{ "g remote 192.0.2.2 fwmark 4294967295",
	  "g remote 192.0.2.2 fwmark 0xffffffff" },
	{ "g remote 192.0.2.2 fwmark 0", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 icmp-relay off", NULL },
	{ "g remote 192.0.2.2 icmp-relay on", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 icmp-source hop", NULL },
	{ "g remote 192.0.2.2 icmp-source self", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 icmp-source hop icmp-relay on",
	  "g remote 192.0.2.2 icmp-source hop" },
	{ "g remote 192.0.2.2 icmp-source self icmp-relay off",
	  "g remote 192.0.2.2 icmp-relay off" },
	{ "g remote 192.0.2.2 icmp-source hop decap-ttl copy ttl inherit",
	  "g remote 192.0.2.2 ttl inherit decap-ttl copy icmp-source hop" },
	{ "g remote 192.0.2.2 keepalive", "g remote 192.0.2.2 keepalive 10 3" },
	{ "g remote 192.0.2.2 keepalive 10",
	  "g remote 192.0.2.2 keepalive 10 3" },
	{ "g remote 192.0.2.2 keepalive 10 3", NULL },
	{ "g remote 192.0.2.2 keepalive off", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 keepalive 100ms 1", NULL },
	{ "g remote 192.0.2.2 keepalive 300ms 3", NULL },
	{ "g remote 192.0.2.2 keepalive 1s",
	  "g remote 192.0.2.2 keepalive 1 3" },
	{ "g remote 192.0.2.2 keepalive 0.5",
	  "g remote 192.0.2.2 keepalive 500ms 3" },
	{ "g remote 192.0.2.2 keepalive 2m 255",
	  "g remote 192.0.2.2 keepalive 120 255" },
	{ "g remote 192.0.2.2 keepalive 1h",
	  "g remote 192.0.2.2 keepalive 3600 3" },
	{ "g remote 192.0.2.2 keepalive up",
	  "g remote 192.0.2.2 keepalive 10 3 up" },
	{ "g remote 192.0.2.2 keepalive 20 up",
	  "g remote 192.0.2.2 keepalive 20 3 up" },
	{ "g keepalive remote 192.0.2.2", "g remote 192.0.2.2 keepalive 10 3" },
	{ "g keepalive off up remote 192.0.2.2", "g remote 192.0.2.2 up" },
	{ "g remote any keepalive off", "g remote any" },
	{ "g remote 192.0.2.2 keepalive-reply on", "g remote 192.0.2.2" },
	{ "g remote any keepalive-reply off", NULL },
	{ "g remote 192.0.2.2 keepalive-secret 000102030405060708090a0b0c0d0e0f",
	  "g remote 192.0.2.2 keepalive-secret (id 0xdd0e0e31)" },
	{ "g remote 192.0.2.2 keepalive-secret 000102030405060708090A0B0C0D0E0F",
	  "g remote 192.0.2.2 keepalive-secret (id 0xdd0e0e31)" },
	{ "g keepalive-secret 0123456789abcdef0123456789ABCDEF up remote 192.0.2.2",
	  "g remote 192.0.2.2 keepalive-secret (id 0x6c36e73f) up" },
	{ "g remote any keepalive-secret off", "g remote any" },
	{ "g remote any mss off", "g remote any" },
	{ "g remote 192.0.2.2 mtu auto", NULL },
	{ "g remote 192.0.2.2 mtu-probe on mtu auto",
	  "g remote 192.0.2.2 mtu auto" },
	{ "g remote 192.0.2.2 mtu-probe off mtu auto", NULL },
	{ "g mtu auto mtu-probe off remote 192.0.2.2",
	  "g remote 192.0.2.2 mtu-probe off mtu auto" },
	{ "g remote 192.0.2.2 mtu-probe on mtu 1400", NULL },
	{ "g remote any mtu-probe off", "g remote any" },
	{ "g remote 192.0.2.2 mtu auto addr fd00::1/64", NULL },
	{ "g remote any mss auto", NULL },
	{ "g remote any mss 88", NULL },
	{ "g remote any mss 65535", NULL },
	{ "g remote any mss 0x5a0", "g remote any mss 1440" },
	{ "g remote 192.0.2.2 keepalive keepalive-reply off",
	  "g remote 192.0.2.2 keepalive 10 3 keepalive-reply off" },
	{ "g remote 192.0.2.2 mtu 68", NULL },
	{ "g remote 192.0.2.2 mtu 65499", NULL },
	{ "g remote 192.0.2.2 multicast on up", NULL },
	{ "g remote 192.0.2.2 multicast off", "g remote 192.0.2.2" },
	{ "g remote 192.0.2.2 addr 10.0.0.1/30 addr 2001:db8::1/64", NULL },
	{ "g remote 192.0.2.2 addr 10.0.0.1 peer 10.0.0.2",
	  "g remote 192.0.2.2 addr 10.0.0.1/32 peer 10.0.0.2" },
	{ "g remote 192.0.2.2 addr 10.0.0.1 peer 10.0.0.2/30",
	  "g remote 192.0.2.2 addr 10.0.0.1/30 peer 10.0.0.2" },
	{ "g remote 192.0.2.2 addr 10.0.0.1/30 peer 10.0.0.2/30",
	  "g remote 192.0.2.2 addr 10.0.0.1/30 peer 10.0.0.2" },
	{ "g remote 192.0.2.2 addr 2001:db8::1 peer 2001:db8::2",
	  "g remote 192.0.2.2 addr 2001:db8::1/128 peer 2001:db8::2" },
	{ "g remote 192.0.2.2 link-netnsid 3", NULL },
	{ "g remote 192.0.2.2 link-netns /proc/1/ns/net", NULL },
	{ "abcdefghijklmno remote any", NULL },
	{ "'g#1' remote any", "\"g#1\" remote any" },
};

#define SECRET_REFUSED                                                         \
	"keepalive-secret: the value is not off or 32 hexadecimal digits (16 " \
	"bytes)"

/* The options that add refuses, and the message. */
static const struct {
	const char *line, *message;
} refused_by_add[] = {
	{ "", "the name of the tunnel is missing, expected NAME OPTION..." },
	{ "g",
	  "remote: missing, expected \"remote ADDRESS\" or \"remote any\"" },
	{ "g ttl 5",
	  "remote: missing, expected \"remote ADDRESS\" or \"remote any\"" },
	{ "remote 192.0.2.2",
	  "name: \"remote\" is an option, expected the name of the tunnel before all options" },
	{ "abcdefghijklmnop remote any",
	  "name: \"abcdefghijklmnop\" is longer than the 15 characters of an interface name" },
	{ "a/b remote any",
	  "name: \"a/b\" cannot be an interface name: it has a slash, a colon or white space" },
	{ "a:b remote any",
	  "name: \"a:b\" cannot be an interface name: it has a slash, a colon or white space" },
	{ "'a b' remote any",
	  "name: \"a b\" cannot be an interface name: it has a slash, a colon or white space" },
	{ "gre%d remote any",
	  "name: \"gre%d\" cannot be an interface name: it has a percent sign" },
	{ "--force remote any",
	  "name: \"--force\" cannot be an interface name: it begins with a dash" },
	{ ". remote any", "name: \".\" cannot be an interface name" },
	{ ".. remote any", "name: \"..\" cannot be an interface name" },
	{ "'' remote any", "name: \"\" is empty" },

	/* unknown word */
	{ "g romote 192.0.2.2",
	  "\"romote\" is not an option, did you mean \"remote\"?" },
	{ "g remote any tll 5",
	  "\"tll\" is not an option, did you mean \"ttl\"?" },
	{ "g remote any xyzzy",
	  "\"xyzzy\" is not an option, see \"gretool help add\"" },
	{ "g remote any rem",
	  "\"rem\" is not an option, see \"gretool help add\"" },
	{ "g remote any ''", "\"\" is not an option, see \"gretool help add\"" },

	/* missing value */
	{ "g remote",
	  "remote: the value is missing, expected a unicast address or any" },
	{ "g remote any ttl",
	  "ttl: the value is missing, expected 1..255 or inherit" },
	{ "g remote any key",
	  "key: the value is missing, expected 0..4294967295, 0x hexadecimal or a dotted quad" },
	{ "g remote any decap-ttl",
	  "decap-ttl: the value is missing, expected keep or copy" },
	{ "g remote any addr 10.0.0.1/30 peer",
	  "peer: the value is missing, expected an IPv4 or IPv6 address" },

	/* out of range, not a number */
	{ "g remote any ttl 300", "ttl: \"300\" is not 1..255 or inherit" },
	{ "g remote any ttl 0",
	  "ttl: \"0\" is not 1..255 or inherit (what other tools call 0 is inherit)" },
	{ "g remote any ttl -1", "ttl: \"-1\" is not 1..255 or inherit" },
	{ "g remote any ttl +1", "ttl: \"+1\" is not 1..255 or inherit" },
	{ "g remote any ttl ' 1'", "ttl: \" 1\" is not 1..255 or inherit" },
	{ "g remote any ttl 1x", "ttl: \"1x\" is not 1..255 or inherit" },
	{ "g remote any ttl 0x", "ttl: \"0x\" is not 1..255 or inherit" },
	{ "g remote any ttl ''", "ttl: \"\" is not 1..255 or inherit" },
	{ "g remote any ttl 18446744073709551617",
	  "ttl: \"18446744073709551617\" is not 1..255 or inherit" },
	{ "g remote any flowlabel 0x100000",
	  "flowlabel: \"0x100000\" is not auto, inherit or 0..1048575 (0xfffff)" },
	{ "g remote any flowlabel on",
	  "flowlabel: \"on\" is not auto, inherit or 0..1048575 (0xfffff)" },
	{ "g remote any encaplimit 256",
	  "encaplimit: \"256\" is not none or 0..255" },
	{ "g remote any ttl-min 0", "ttl-min: \"0\" is not off or 1..255" },
	{ "g remote any ttl-min 256", "ttl-min: \"256\" is not off or 1..255" },
	{ "g remote any ttl-min -1", "ttl-min: \"-1\" is not off or 1..255" },
	{ "g remote any ttl-min on", "ttl-min: \"on\" is not off or 1..255" },
	{ "g remote any ttl-min",
	  "ttl-min: the value is missing, expected off or 1..255" },
	{ "g remote any ttl-min 254 ttl-min off",
	  "ttl-min: given twice, expected once" },
	{ "g remote any tos 1",
	  "tos: \"1\" is not a multiple of 4: the low two bits are ECN, and RFC 6040 sets them" },
	{ "g remote any tos 256",
	  "tos: \"256\" is not a multiple of 4 up to 252 (0xfc), a DSCP "
	  "name (cs6, af41, ef) or inherit" },
	{ "g remote any tos cs8",
	  "tos: \"cs8\" is not a multiple of 4 up to 252 (0xfc), a DSCP "
	  "name (cs6, af41, ef) or inherit" },
	{ "g remote any tos af44",
	  "tos: \"af44\" is not a multiple of 4 up to 252 (0xfc), a DSCP "
	  "name (cs6, af41, ef) or inherit" },
	{ "g remote any mtu 67",
	  "mtu: \"67\" is not 68..65499 bytes, auto or default" },
	{ "g remote any mtu 65500",
	  "mtu: \"65500\" is not 68..65499 bytes, auto or default" },
	{ "g remote any key 4294967296",
	  "key: \"4294967296\" is not 0..4294967295, 0x hexadecimal or a dotted quad" },
	{ "g remote any key -5",
	  "key: \"-5\" is not 0..4294967295, 0x hexadecimal or a dotted quad" },
	{ "g remote any key 1.2.3",
	  "key: \"1.2.3\" is not 0..4294967295, 0x hexadecimal or a dotted quad" },
	{ "g remote any fwmark x",
	  "fwmark: \"x\" is not 0..4294967295 or 0x hexadecimal" },
	{ "g remote any df on", "df: \"on\" is not set, inherit or clear" },
	{ "g remote any multicast yes", "multicast: \"yes\" is not on or off" },
	{ "g remote any decap-ttl inherit",
	  "decap-ttl: \"inherit\" is not keep or copy" },
	{ "g remote any decap-ttl cop",
	  "decap-ttl: \"cop\" is not keep or copy" },
	{ "g remote any icmp-relay yes",
	  "icmp-relay: \"yes\" is not on or off" },
	{ "g remote any icmp-relay 1", "icmp-relay: \"1\" is not on or off" },
	{ "g remote any icmp-source 192.0.2.1",
	  "icmp-source: \"192.0.2.1\" is not self or hop" },
	{ "g remote any icmp-source ''",
	  "icmp-source: \"\" is not self or hop" },
	{ "g remote 192.0.2.2 keepalive 99ms",
	  "keepalive: \"99ms\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive 0",
	  "keepalive: \"0\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive 10 0",
	  "keepalive: \"10 0\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive 10 256",
	  "keepalive: \"10 256\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive 2h",
	  "keepalive: \"2h\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive 3601",
	  "keepalive: \"3601\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive 10x",
	  "keepalive: \"10x\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive 10 3x",
	  "keepalive: \"10 3x\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive 10s10",
	  "keepalive: \"10s10\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive off 3",
	  "keepalive: \"off 3\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive 10 off",
	  "keepalive: \"10 off\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive off off",
	  "keepalive: \"off off\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive 1.0005",
	  "keepalive: \"1.0005\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	{ "g remote 192.0.2.2 keepalive 4294967297",
	  "keepalive: \"4294967297\" is not off, or a time of 100ms..1h and perhaps 1..255 "
	  "retries" },
	/* This is longer than any value, so that cutting it off would change it. */
	{ "g remote 192.0.2.2 keepalive 0000000000000000000000000000001h",
	  "keepalive: \"0000000000000000000000000000001h\" is not off, or a "
	  "time of 100ms..1h and perhaps 1..255 retries" },
	{ "g remote 192.0.2.2 keepalive 10 "
	  "0000000000000000000000000000000000000000000000000000000000039",
	  "keepalive: \"10 "
	  "000000000000000000000000000000000000000000000000000000000...\" is "
	  "not off, or a time of 100ms..1h and perhaps 1..255 retries" },
	{ "g remote 192.0.2.2 keepalive 10 3 4",
	  "\"4\" is not an option, see \"gretool help add\"" },
	{ "g remote 192.0.2.2 keepalive yes",
	  "\"yes\" is not an option, see \"gretool help add\"" },
	{ "g remote 192.0.2.2 keepalive -1",
	  "\"-1\" is not an option, see \"gretool help add\"" },
	{ "g remote 192.0.2.2 keepalive ''",
	  "\"\" is not an option, see \"gretool help add\"" },
	{ "g remote 192.0.2.2 keepalive-reply yes",
	  "keepalive-reply: \"yes\" is not on or off" },
	{ "g remote any mtu-probe on",
	  "mtu-probe: needs a peer to ask, expected a \"remote\" that is not \"any\"" },
	{ "g remote any mtu-probe yes", "mtu-probe: \"yes\" is not on or off" },
	{ "g remote 192.0.2.2 mtu auto mtu 1400",
	  "mtu: given twice, expected once" },
	{ "g remote any mtu auto",
	  "mtu: auto needs a path to follow, expected a \"remote\" that is not \"any\"" },
	/* No message contains a secret, not even a wrong one. */
	{ "g remote 192.0.2.2 keepalive-secret "
	  "000102030405060708090a0b0c0d0e0",
	  SECRET_REFUSED },
	{ "g remote 192.0.2.2 keepalive-secret "
	  "000102030405060708090a0b0c0d0e0f0",
	  SECRET_REFUSED },
	{ "g remote 192.0.2.2 keepalive-secret "
	  "0x0102030405060708090a0b0c0d0e0f",
	  SECRET_REFUSED },
	{ "g remote 192.0.2.2 keepalive-secret "
	  "000102030405060708090a0b0c0d0e0g",
	  SECRET_REFUSED },
	{ "g remote 192.0.2.2 keepalive-secret 00 01 02", SECRET_REFUSED },
	{ "g remote 192.0.2.2 keepalive-secret (id 0xdd0e0e31)",
	  SECRET_REFUSED },
	{ "g remote 192.0.2.2 keepalive-secret ''", SECRET_REFUSED },
	{ "g remote 192.0.2.2 keepalive-secret on", SECRET_REFUSED },
	{ "g remote 192.0.2.2 keepalive-secret",
	  "keepalive-secret: the value is missing, expected off or 32 "
	  "hexadecimal digits (16 bytes)" },
	{ "g remote 192.0.2.2 keepalive-secret off keepalive-secret off",
	  "keepalive-secret: given twice, expected once" },
	{ "g remote any keepalive-secret 000102030405060708090a0b0c0d0e0f",
	  "keepalive-secret: needs a peer that knows it, expected a \"remote\" "
	  "that is not \"any\"" },
	{ "g remote any mss on",
	  "mss: \"on\" is not off, auto or 88..65535 bytes" },
	{ "g remote any mss 87",
	  "mss: \"87\" is not off, auto or 88..65535 bytes" },
	{ "g remote any mss 1",
	  "mss: \"1\" is not off, auto or 88..65535 bytes" },
	{ "g remote any mss 65536",
	  "mss: \"65536\" is not off, auto or 88..65535 bytes" },
	{ "g remote any mss",
	  "mss: the value is missing, expected off, auto or 88..65535 bytes" },
	{ "g remote 192.0.2.2 keepalive-reply",
	  "keepalive-reply: the value is missing, expected on or off" },
	{ "g remote any link-netnsid -1",
	  "link-netnsid: \"-1\" is not 0..2147483647" },
	{ "g remote any link-netns ''",
	  "link-netns: \"\" is not a network namespace" },
	{ "g remote any dev a/b",
	  "dev: \"a/b\" cannot be an interface name: it has a slash, a colon or white space" },

	/* mixed families, multicast, broadcast */
	{ "g local 2001:db8::1 remote 192.0.2.2",
	  "local: is IPv6, but remote is IPv4: expected addresses of one "
	  "family" },
	{ "g local 192.0.2.1 remote 2001:db8::2",
	  "local: is IPv4, but remote is IPv6: expected addresses of one "
	  "family" },
	{ "g remote ::ffff:192.0.2.2",
	  "remote: \"::ffff:192.0.2.2\" stands for an IPv4 address, expected "
	  "that address" },
	{ "g remote ff02::1",
	  "remote: \"ff02::1\" is a multicast address, expected a unicast address or any" },
	{ "g local 224.0.0.5 remote 192.0.2.2",
	  "local: \"224.0.0.5\" is a multicast address, expected a unicast address or any" },
	{ "g remote 239.1.2.3",
	  "remote: \"239.1.2.3\" is a multicast address, expected a unicast address or any" },
	{ "g remote 255.255.255.255",
	  "remote: \"255.255.255.255\" is the broadcast address, "
	  "expected a unicast address or any" },
	{ "g remote 192.0.2",
	  "remote: \"192.0.2\" is not a unicast address or any" },
	{ "g remote 192.0.2.2/24",
	  "remote: \"192.0.2.2/24\" is not a unicast address or any" },
	{ "g remote example.org",
	  "remote: \"example.org\" is not a unicast address or any" },

	/* addresses */
	{ "g remote any addr 10.0.0.1/33",
	  "addr: \"10.0.0.1/33\" is not an IPv4 or IPv6 address with /PREFIX" },
	{ "g remote any addr 2001:db8::1/129",
	  "addr: \"2001:db8::1/129\" is not an IPv4 or IPv6 address with /PREFIX" },
	{ "g remote any addr 10.0.0.1/",
	  "addr: \"10.0.0.1/\" is not an IPv4 or IPv6 address with /PREFIX" },
	{ "g remote any addr 10.0.0.1/0x18",
	  "addr: \"10.0.0.1/0x18\" is not an IPv4 or IPv6 address with /PREFIX" },
	{ "g remote any addr 0.0.0.0/0",
	  "addr: \"0.0.0.0/0\" is not an IPv4 or IPv6 address with /PREFIX" },
	{ "g remote any addr 224.0.0.1/24",
	  "addr: \"224.0.0.1/24\" is a multicast address, expected a unicast address" },
	{ "g remote any addr 10.0.0.1/30 addr 10.0.0.1/30",
	  "addr: \"10.0.0.1/30\" is given twice, expected once" },
	{ "g remote any peer 10.0.0.2",
	  "peer: \"10.0.0.2\" has no addr before it: it is the far end of an addr" },
	{ "g remote any addr 10.0.0.1/32 peer 10.0.0.2 peer 10.0.0.3",
	  "peer: \"10.0.0.3\" is the second peer of the same addr" },
	{ "g remote any addr 10.0.0.1/32 peer 2001:db8::2",
	  "peer: \"2001:db8::2\" is IPv6, but its addr is IPv4" },
	{ "g remote any addr 2001:db8::1/64 peer 10.0.0.2",
	  "peer: \"10.0.0.2\" is IPv4, but its addr is IPv6" },
	{ "g remote any addr 10.0.0.1/30 peer 10.0.0.2/24",
	  "peer: \"10.0.0.2/24\" has another prefix length than its addr: give only one" },

	{ "g remote any mtu 1279 addr 10.0.0.1/30 addr 2001:db8::1/64",
	  "mtu: \"1279\" leaves no room for IPv6, expected 1280 or more" },

	/* twice */
	{ "g remote any remote any", "remote: given twice, expected once" },
	{ "g remote any key 1 key 2", "key: given twice, expected once" },
	{ "g remote any key 1 ikey 2",
	  "ikey: cannot be combined with \"key\": both say the same thing, expected one of them" },
	{ "g remote any okey 1 key 2",
	  "key: cannot be combined with \"okey\": both say the same thing, expected one of them" },
	{ "g remote any key 1 nokey",
	  "nokey: cannot be combined with \"key\": both say the same thing, expected one of them" },
	{ "g remote any csum nocsum",
	  "nocsum: cannot be combined with \"csum\": both say the same "
	  "thing, expected one of them" },
	{ "g remote any ttl 5 hoplimit 5",
	  "hoplimit: cannot be combined with \"ttl\": both say the same "
	  "thing, expected one of them" },
	{ "g remote any up down",
	  "down: cannot be combined with \"up\": both say the same thing, expected one of them" },
	{ "g remote any dev lo nodev",
	  "nodev: cannot be combined with \"dev\": both say the same thing, expected one of them" },
	{ "g remote any df set nopmtudisc",
	  "nopmtudisc: cannot be combined with \"df\": both say the same "
	  "thing, expected one of them" },
	{ "g remote 192.0.2.2 keepalive keepalive",
	  "keepalive: given twice, expected once" },
	{ "g remote 192.0.2.2 keepalive 10 keepalive off",
	  "keepalive: given twice, expected once" },
	{ "g remote any link-netns a link-netnsid 1",
	  "link-netnsid: cannot be combined with \"link-netns\": both "
	  "say the same thing, expected one of them" },

	/* contradictions */
	{ "g remote any ignore-df",
	  "ignore-df: needs \"nopmtudisc\", the two are \"df clear\"" },
	{ "g remote any pmtudisc ignore-df",
	  "ignore-df: needs \"nopmtudisc\", the two are \"df clear\"" },
	{ "g remote any icmp-source hop icmp-relay off",
	  "icmp-source: \"hop\" cannot be combined with \"icmp-relay off\", "
	  "which relays nothing: expected one of them" },
	{ "g remote any icmp-relay off icmp-source hop",
	  "icmp-source: \"hop\" cannot be combined with \"icmp-relay off\", "
	  "which relays nothing: expected one of them" },
	{ "g remote any keepalive",
	  "keepalive: needs a peer to ask, expected a \"remote\" that is not "
	  "\"any\"" },
	{ "g keepalive 1 remote 0.0.0.0",
	  "keepalive: needs a peer to ask, expected a \"remote\" that is not "
	  "\"any\"" },
};

static const struct {
	const char *line, *message;
} refused_by_set[] = {
	{ "", "the name of the tunnel is missing, expected NAME OPTION..." },
	{ "g",
	  "g: nothing to change, expected an option, see \"gretool help set\"" },
	{ "g link-netns x",
	  "link-netns: cannot be changed, only given when the tunnel is added" },
	{ "g icmp-source hop icmp-relay off",
	  "icmp-source: \"hop\" cannot be combined with \"icmp-relay off\", "
	  "which relays nothing: expected one of them" },
	{ "g ignore-df",
	  "ignore-df: needs \"nopmtudisc\", the two are \"df clear\"" },
	{ "g remote any keepalive",
	  "keepalive: needs a peer to ask, expected a \"remote\" that is not "
	  "\"any\"" },
	{ "g keepalive 99ms",
	  "keepalive: \"99ms\" is not off, or a time of 100ms..1h and perhaps "
	  "1..255 retries" },
};

/* The options of set, and the fields that they change. */
static const struct {
	const char *line;
	uint64_t given;
} set_by[] = {
	{ "g ttl 5", F_TTL },
	{ "g remote 192.0.2.2", F_REMOTE },
	{ "g local any", F_LOCAL },
	{ "g nodev", F_DEV },
	{ "g key 5", F_IKEY | F_OKEY },
	{ "g nokey", F_IKEY | F_OKEY },
	{ "g noikey okey 5", F_IKEY | F_OKEY },
	{ "g noicsum", F_ICSUM },
	{ "g ocsum iseq", F_OCSUM | F_ISEQ },
	{ "g df clear", F_DF },
	{ "g pmtudisc", F_DF },
	{ "g noignore-df", F_IGNORE_DF },
	{ "g fwmark 0 mtu 1400", F_FWMARK | F_MTU },
	{ "g ttl-min off", F_TTL_MIN },
	{ "g flowlabel 0", F_FLOWLABEL },
	{ "g encaplimit 0", F_ENCAP_LIMIT },
	{ "g decap-ttl keep", F_DECAP_TTL },
	{ "g icmp-relay off", F_ICMP_RELAY },
	/* Only the kernel knows if the tunnel relays. */
	{ "g icmp-source hop", F_ICMP_SOURCE },
	{ "g icmp-relay off icmp-source self", F_ICMP_RELAY | F_ICMP_SOURCE },
	{ "g keepalive", F_KEEPALIVE },
	/* Only the kernel knows if the tunnel has a remote. */
	{ "g keepalive 5 2", F_KEEPALIVE },
	{ "g keepalive off remote any", F_KEEPALIVE | F_REMOTE },
	{ "g keepalive-reply on", F_KEEPALIVE_REPLY },
	{ "g keepalive-secret off remote any", F_KEEPALIVE_SECRET | F_REMOTE },
	{ "g mss auto", F_MSS },
	{ "g mtu-probe on", F_MTU_PROBE },
	{ "g mtu auto", F_MTU },
	{ "g down multicast off", F_UP | F_MULTICAST },
	{ "g addr 10.0.0.1/30 peer 10.0.0.2", F_ADDR },
	/* A tunnel may have the name of an option. */
	{ "key ttl 5", F_TTL },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_refusal(bool set, const char *line, const char *expected)
{
	const char prefix[] = "gretool: ";
	const char *message;
	struct config c;
	int status = parse_line(&c, set, line, &message);

	config_free(&c);
	if (status != STATUS_USAGE ||
	    strncmp(message, prefix, strlen(prefix)) != 0)
		check(false, "%s '%s': status %d, message '%s'",
		      set ? "set" : "add", line, status, message);
	else
		check_text(message + strlen(prefix), expected,
			   "%s refuses '%s'", set ? "set" : "add", line);
}

/* The words from ip(8), and the output of show. */
static const struct {
	const char *line, *shown;
} ip_taken[] = {
	{ "remote 192.0.2.2 key 5 keepalive 10 3",
	  " remote 192.0.2.2 key 5 keepalive 10 3" },
	/* A missing remote means any, as with type gre. */
	{ "local 192.0.2.1", " local 192.0.2.1 remote any" },
	{ "hlim 9 nopmtudisc ignore-df encap none noencap",
	  " remote any ttl 9 df clear" },
	/* ip(8) reads numbers as hexadecimal, with or without 0x. */
	{ "tos 10", " remote any tos 0x10" },
	{ "tos 0x10", " remote any tos 0x10" },
	{ "tos b8", " remote any tos 0xb8" },
	{ "dsfield 28", " remote any tos 0x28" },
	{ "tclass 28", " remote any tos 0x28" },
	{ "tos EF", " remote any tos 0xb8" },
	{ "tos inherit", " remote any" },
	{ "mtu auto mss auto mtu-probe on remote 192.0.2.2",
	  " remote 192.0.2.2 mss auto mtu auto" },
	{ "mtu auto mtu-probe off remote 192.0.2.2",
	  " remote 192.0.2.2 mtu-probe off mtu auto" },
	{ "up multicast on", " remote any multicast on up" },
};

static const struct {
	const char *line, *message;
} ip_refused[] = {
	{ "mtu 1400",
	  "mtu: \"1400\" is for ip itself, expected \"mtu\" before \"type\"" },
	{ "mtu 1400x",
	  "mtu: \"1400x\" is not 68..65499 bytes, auto or default" },
	{ "addr 10.0.0.1/30",
	  "addr: ip has a word of its own, expected \"ip address add\"" },
	{ "peer 10.0.0.1",
	  "peer: ip has a word of its own, expected \"ip address add\"" },
	{ "link-netns a",
	  "link-netns: ip has a word of its own, expected \"link-netnsid\" "
	  "before \"type\"" },
	{ "link-netnsid 1",
	  "link-netnsid: ip has a word of its own, expected \"link-netnsid\" "
	  "before \"type\"" },
	{ "tos 12",
	  "tos: \"12\" is not a multiple of 4: the low two bits are ECN, and "
	  "RFC 6040 sets them" },
	{ "tos 184",
	  "tos: \"184\" is not a multiple of 4 up to 252 (0xfc), a DSCP name "
	  "(cs6, af41, ef) or inherit" },
	{ "encap fou",
	  "encap: \"fou\" is not none, grex is not carried in UDP" },
	{ "external",
	  "\"external\" is not an option, see \"ip link help grex\"" },
	{ "remot any", "\"remot\" is not an option, did you mean \"remote\"?" },
	{ "remote", "remote: the value is missing, expected a unicast "
		    "address or any" },
	{ "key 5 ikey 6",
	  "ikey: cannot be combined with \"key\": both say the same thing, "
	  "expected one of them" },
};

static void test_ip(void)
{
	const char prefix[] = "ip: grex: ";
	const char *message;
	struct config c;
	size_t i;
	int status;

	report_origin.program = "ip";
	report_origin.command = "grex";
	for (i = 0; i < COUNT(ip_taken); i++) {
		status = parse_ip_line(&c, ip_taken[i].line, &message);
		if (status)
			check(false, "ip: '%s': %s", ip_taken[i].line, message);
		else
			check_text(text_of(&c, options_needed(&c)),
				   ip_taken[i].shown, "ip: takes '%s'",
				   ip_taken[i].line);
		config_free(&c);
	}
	for (i = 0; i < COUNT(ip_refused); i++) {
		status = parse_ip_line(&c, ip_refused[i].line, &message);
		config_free(&c);
		if (status != STATUS_USAGE ||
		    strncmp(message, prefix, strlen(prefix)) != 0)
			check(false, "ip: '%s': status %d, message '%s'",
			      ip_refused[i].line, status, message);
		else
			check_text(message + strlen(prefix),
				   ip_refused[i].message, "ip: refuses '%s'",
				   ip_refused[i].line);
	}
	report_origin.program = "gretool";
	report_origin.command = NULL;
}

/* Each entry of the table is complete, and is the nearest match of its own name. */
static void test_table(void)
{
	const struct option *o, *other;
	char range[32];

	for (o = option_table; o->name; o++) {
		const struct option *meant = option_meant(o);
		bool ok = meant && (meant->parse || meant->type->parse) &&
			  !meant->value == !meant->expected &&
			  !o->help == !!o->alias_of;

		/* Otherwise the name could be taken for an optional value. */
		ok &= !isdigit((unsigned char)o->name[0]) &&
		      strcmp(o->name, "off") != 0;
		for (other = option_table; other != o; other++) {
			ok &= strcmp(o->name, other->name) != 0;
			if (o->type && o->attr)
				ok &= o->attr != other->attr &&
				      o->attr != other->attr2;
			if (o->type && o->size && other->size)
				ok &= !(o->fields & other->fields);
		}
		if (o->max) {
			snprintf(range, sizeof(range), "%u..%u", o->min,
				 o->max);
			ok &= !!strstr(o->expected, range);
			ok &= o->size > 1 || o->max <= UINT8_MAX;
		}
		check(ok, "the entry of %s is whole", o->name);
	}
}

int main(void)
{
	const char *message;
	struct config c;
	size_t i;

	for (i = 0; i < COUNT(taken); i++) {
		int status = parse_line(&c, false, taken[i].line, &message);

		if (status)
			check(false, "add takes '%s': %s", taken[i].line,
			      message);
		else
			check_text(text_of(&c, options_needed(&c)),
				   taken[i].shown ? taken[i].shown
						  : taken[i].line,
				   "add takes '%s'", taken[i].line);
		config_free(&c);
	}
	for (i = 0; i < COUNT(refused_by_add); i++)
		test_refusal(false, refused_by_add[i].line,
			     refused_by_add[i].message);
	for (i = 0; i < COUNT(refused_by_set); i++)
		test_refusal(true, refused_by_set[i].line,
			     refused_by_set[i].message);
	for (i = 0; i < COUNT(set_by); i++) {
		int status = parse_line(&c, true, set_by[i].line, &message);

		check(!status && c.given == set_by[i].given,
		      "set '%s' changes only that (%#" PRIx64 ")",
		      set_by[i].line, c.given);
		config_free(&c);
	}
	test_ip();
	test_table();
	return finish();
}
