// SPDX-License-Identifier: GPL-2.0
/*
 * Answers the ioctl commands of "ip tunnel" and "ip -6 tunnel", whose structures are those of
 * ip_gre and ip6_gre.
 */
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/uaccess.h>
#include <net/ip.h>

#include "grex.h"
#include "header.h"
#include "ioctl.h"
#include "ip6gre.h"
#include "table.h"
#include "tunnel.h"

/* The structure of a command, by the family of the underlay. */
union ioctl_parm {
	struct ip_tunnel_parm v4;
	struct ip6_tnl_parm2 v6;
};

/**
 * struct ioctl_command - what the structure says
 * @name: of the device
 * @kind: GREX_KIND_GRE or GREX_KIND_IP6GRE
 * @unsupported: what grex does not have of it, NULL: it has all
 * @options: what the structure has room for, and defaults
 */
struct ioctl_command {
	char name[IFNAMSIZ];
	enum grex_kind kind;
	const char *unsupported;
	struct grex_options options;
};

/* The structures have no room for the options that only grex has. */
static void ioctl_fill_ipv4(const struct grex_tunnel *tunnel,
			    struct ip_tunnel_parm *parm)
{
	const struct grex_options *options =
		&rtnl_dereference(tunnel->config)->options;

	memset(parm, 0, sizeof(*parm));
	strscpy(parm->name, tunnel->dev->name, sizeof(parm->name));
	parm->link = options->link;
	parm->i_flags = htons(options->iflags);
	parm->o_flags = htons(options->oflags);
	parm->i_key = options->match.key;
	parm->o_key = options->okey;
	parm->iph.version = 4;
	parm->iph.ihl = sizeof(parm->iph) >> 2;
	parm->iph.protocol = IPPROTO_GRE;
	parm->iph.tos = options->tos;
	parm->iph.ttl = options->ttl;
	parm->iph.saddr = options->match.local.v4;
	parm->iph.daddr = options->match.remote.v4;
	if (options->df == GREX_DF_SET)
		parm->iph.frag_off = htons(IP_DF);
}

static void ioctl_fill_ipv6(const struct grex_tunnel *tunnel,
			    struct ip6_tnl_parm2 *parm)
{
	const struct grex_options *options =
		&rtnl_dereference(tunnel->config)->options;
	const struct grex_ip6gre ip6gre = grex_ip6gre_write(options);

	memset(parm, 0, sizeof(*parm));
	strscpy(parm->name, tunnel->dev->name, sizeof(parm->name));
	parm->link = options->link;
	parm->i_flags = htons(options->iflags);
	parm->o_flags = htons(options->oflags);
	parm->i_key = options->match.key;
	parm->o_key = options->okey;
	parm->proto = IPPROTO_GRE;
	parm->hop_limit = options->ttl;
	parm->encap_limit = ip6gre.encap_limit;
	parm->flowinfo = ip6gre.flowinfo;
	parm->flags = ip6gre.flags;
	parm->laddr = options->match.local.v6;
	parm->raddr = options->match.remote.v6;
}

static bool ioctl_is_valid_ipv4(const struct ip_tunnel_parm *parm)
{
	return parm->iph.version == 4 &&
	       parm->iph.ihl == sizeof(parm->iph) >> 2 &&
	       parm->iph.protocol == IPPROTO_GRE &&
	       !(parm->iph.frag_off & htons(~IP_DF)) &&
	       !((parm->i_flags | parm->o_flags) & (GRE_VERSION | GRE_ROUTING));
}

static bool ioctl_is_valid_ipv6(const struct ip6_tnl_parm2 *parm)
{
	return !((parm->i_flags | parm->o_flags) & (GRE_VERSION | GRE_ROUTING));
}

static void ioctl_read_flags(struct grex_options *options, __be16 i_flags,
			     __be16 o_flags, __be32 i_key, __be32 o_key)
{
	const u16 known = GREX_HEADER_KEY | GREX_HEADER_CSUM | GREX_HEADER_SEQ;

	options->iflags = ntohs(i_flags) & known;
	options->oflags = ntohs(o_flags) & known;
	options->match.keyed = !!(i_flags & GRE_KEY);
	options->match.key = i_flags & GRE_KEY ? i_key : 0;
	options->okey = o_flags & GRE_KEY ? o_key : 0;
}

static void ioctl_read_ipv4(const struct ip_tunnel_parm *parm,
			    struct ioctl_command *command)
{
	struct grex_options *options = &command->options;

	strscpy(command->name, parm->name, sizeof(command->name));
	command->kind = GREX_KIND_GRE;
	*options = grex_tunnel_defaults[GREX_KIND_GRE];
	ioctl_read_flags(options, parm->i_flags, parm->o_flags, parm->i_key,
			 parm->o_key);
	options->match.local.v4 = parm->iph.saddr;
	options->match.remote.v4 = parm->iph.daddr;
	options->link = parm->link;
	options->ttl = parm->iph.ttl;
	options->tos = parm->iph.tos;
	/* As in ip_gre, a fixed TTL also sets DF. */
	if (parm->iph.ttl || parm->iph.frag_off & htons(IP_DF))
		options->df = GREX_DF_SET;
	command->unsupported = NULL;
	if (ipv4_is_multicast(parm->iph.saddr) ||
	    ipv4_is_lbcast(parm->iph.saddr) ||
	    ipv4_is_multicast(parm->iph.daddr) ||
	    ipv4_is_lbcast(parm->iph.daddr))
		command->unsupported =
			"local and remote of a tunnel must be unicast, or 0.0.0.0 for any";
}

static bool ioctl_is_unicast_ipv6(const struct in6_addr *addr)
{
	return !ipv6_addr_is_multicast(addr) && !ipv6_addr_v4mapped(addr);
}

static void ioctl_read_ipv6(const struct ip6_tnl_parm2 *parm,
			    struct ioctl_command *command)
{
	const struct grex_ip6gre ip6gre = {
		.flowinfo = parm->flowinfo,
		.flags = parm->flags,
		.encap_limit = parm->encap_limit,
	};
	struct grex_options *options = &command->options;

	strscpy(command->name, parm->name, sizeof(command->name));
	command->kind = GREX_KIND_IP6GRE;
	*options = grex_tunnel_defaults[GREX_KIND_IP6GRE];
	ioctl_read_flags(options, parm->i_flags, parm->o_flags, parm->i_key,
			 parm->o_key);
	options->match.local.v6 = parm->laddr;
	options->match.remote.v6 = parm->raddr;
	options->link = parm->link;
	options->ttl = parm->hop_limit;
	command->unsupported = NULL;
	if (!grex_ip6gre_read(&ip6gre, options))
		command->unsupported =
			"the DSCP and the mark are not inherited";
	else if (!ioctl_is_unicast_ipv6(&parm->laddr) ||
		 !ioctl_is_unicast_ipv6(&parm->raddr))
		command->unsupported =
			"local and remote of a tunnel must be unicast IPv6, or :: for any";
	else if (!parm->link &&
		 ipv6_addr_type(&parm->raddr) & IPV6_ADDR_LINKLOCAL)
		command->unsupported = "a link-local remote needs a device";
}

/* Read the structure of a command. Return whether ip_gre or ip6_gre would accept it. */
static bool ioctl_read(union ioctl_parm *parm, bool is_ipv6,
		       struct ioctl_command *command)
{
	if (is_ipv6) {
		ioctl_read_ipv6(&parm->v6, command);
		return ioctl_is_valid_ipv6(&parm->v6);
	}
	ioctl_read_ipv4(&parm->v4, command);
	return ioctl_is_valid_ipv4(&parm->v4);
}

/* The interface has no room for a reason, so it goes into the kernel's log. */
static bool ioctl_is_supported(const struct net_device *dev,
			       const struct ioctl_command *command)
{
	if (command->unsupported && grex_may_log(netdev_priv(dev)))
		netdev_info(dev, "%s\n", command->unsupported);
	return !command->unsupported;
}

/* Whether the underlay device exists and is not the tunnel itself, as rtnetlink asks for. A
 * tunnel may keep a device that does not exist any more.
 */
static bool ioctl_has_link(const struct grex_tunnel *tunnel, int index,
			   int old_index)
{
	const struct net_device *link;

	if (!index || index == old_index)
		return true;
	link = __dev_get_by_index(tunnel->net, index);
	return link && link != tunnel->dev;
}

/* Replace all options that the structure has room for, and the mark, as ip_gre does. */
static void ioctl_apply(const struct ioctl_command *command,
			struct grex_options *options)
{
	const struct grex_options *from = &command->options;

	options->match = from->match;
	options->link = from->link;
	options->fwmark = 0;
	options->iflags = from->iflags;
	options->oflags = from->oflags;
	options->okey = from->okey;
	options->ttl = from->ttl;
	options->tos = from->tos;
	options->flowlabel = from->flowlabel;
	options->encap_limit = from->encap_limit;
	/* The structure of IPv6 has no room for DF. */
	if (command->kind == GREX_KIND_GRE &&
	    (from->df == GREX_DF_SET || options->df == GREX_DF_SET))
		options->df = from->df;
}

/* Return the tunnel that a command for @dev is about. A command for gre0 or ip6gre0 is about any
 * tunnel of the namespace that has the parameters.
 */
static struct grex_tunnel *ioctl_find(struct net_device *dev,
				      const struct ioctl_command *command)
{
	const struct grex_options *options = &command->options;
	struct grex_tunnel *tunnel = netdev_priv(dev);

	if (!tunnel->is_fallback)
		return tunnel;
	tunnel = grex_table_find(&grex_net(tunnel->net)->table, &options->match,
				 options->link, NULL);
	return tunnel && tunnel->kind == command->kind ? tunnel : NULL;
}

static int ioctl_add(struct net_device *dev,
		     const struct ioctl_command *command)
{
	const bool is_ipv6 = command->kind == GREX_KIND_IP6GRE;
	const char *any = is_ipv6 ? "ip6gre%d" : "gre%d";
	const struct grex_tunnel *tunnel = netdev_priv(dev);
	const char *name = command->name[0] ? command->name : any;
	int err;

	/* These are the errors of ip_gre, in its order, and those of ip6_gre. */
	if (!dev_valid_name(name))
		return is_ipv6 ? -ENOBUFS : -E2BIG;
	if (!ioctl_has_link(tunnel, command->options.link, 0))
		return -ENODEV;
	err = grex_tunnel_new(tunnel->net, dev->rtnl_link_ops, name,
			      &command->options, false);
	return err == -EEXIST && is_ipv6 ? -ENOBUFS : err;
}

/* Whether options of grex need a remote. rtnetlink explains this to the caller. */
static bool ioctl_needs_remote(const struct grex_tunnel *tunnel,
			       const struct grex_options *options)
{
	return options->keepalive_interval || options->mtu_probe ||
	       options->has_secret || tunnel->mtu_mode == GREX_MTU_AUTO;
}

static int ioctl_change(struct grex_tunnel *tunnel,
			const struct ioctl_command *command)
{
	const struct grex_config *old = rtnl_dereference(tunnel->config);
	const struct grex_tunnel_mtu mtu = { .mode = tunnel->mtu_mode };
	struct grex_config *config;

	if (!ioctl_has_link(tunnel, command->options.link, old->options.link))
		return -ENODEV;
	if (grex_addr_is_any(&command->options.match.remote) &&
	    ioctl_needs_remote(tunnel, &old->options))
		return -EINVAL;
	config = grex_tunnel_config_alloc(tunnel->dev, &old->options);
	if (!config)
		return -ENOMEM;
	ioctl_apply(command, &config->options);
	return grex_tunnel_change(tunnel->dev, config, &mtu, NULL);
}

/* A command for gre0 or ip6gre0 may be about a tunnel whose device is in another namespace. */
static bool ioctl_may_change(const struct grex_tunnel *tunnel)
{
	return ns_capable(tunnel->net->user_ns, CAP_NET_ADMIN) &&
	       ns_capable(dev_net(tunnel->dev)->user_ns, CAP_NET_ADMIN);
}

static int ioctl_delete(struct net_device *dev,
			const struct ioctl_command *command)
{
	const struct grex_tunnel *tunnel = ioctl_find(dev, command);

	if (!tunnel)
		return -ENOENT;
	if (tunnel->is_fallback || !ioctl_may_change(tunnel))
		return -EPERM;
	unregister_netdevice(tunnel->dev);
	return 0;
}

static int ioctl_set(struct net_device *dev,
		     const struct ioctl_command *command, int cmd)
{
	const struct grex_tunnel *asked = netdev_priv(dev);
	struct grex_tunnel *tunnel;

	if (!ioctl_is_supported(dev, command))
		return -EOPNOTSUPP;
	if (cmd == SIOCADDTUNNEL)
		return ioctl_add(dev, command);
	tunnel = ioctl_find(dev, command);
	if (!tunnel)
		return -ENOENT;
	/* ip6_gre changes nothing if the command is for ip6gre0. */
	if (asked->is_fallback && command->kind == GREX_KIND_IP6GRE)
		return 0;
	return ioctl_may_change(tunnel) ? ioctl_change(tunnel, command)
					: -EPERM;
}

/* Tell the caller what the tunnel has now. */
static void ioctl_return(struct net_device *dev,
			 const struct ioctl_command *command,
			 union ioctl_parm *parm)
{
	const struct grex_options *options = &command->options;
	const struct grex_tunnel *tunnel = netdev_priv(dev);

	if (command->kind == GREX_KIND_IP6GRE) {
		tunnel = grex_table_find(&grex_net(tunnel->net)->table,
					 &options->match, options->link, NULL);
		if (tunnel)
			ioctl_fill_ipv6(tunnel, &parm->v6);
		return;
	}
	parm->v4.i_key = options->match.key;
	parm->v4.o_key = options->okey;
	if (options->df == GREX_DF_SET)
		parm->v4.iph.frag_off |= htons(IP_DF);
}

/**
 * grex_ioctl - answer the ioctl commands of tunnels
 * @dev: of the tunnel
 * @ifr: unused
 * @data: user buffer for a struct ip_tunnel_parm, over IPv6 for a struct ip6_tnl_parm2
 * @cmd: SIOCGETTUNNEL, or for the kinds "gre" and "ip6gre" SIOCADDTUNNEL, SIOCCHGTUNNEL or
 *	SIOCDELTUNNEL
 *
 * Return: 0, or the error that ip_gre or ip6_gre would return
 */
int grex_ioctl(struct net_device *dev, struct ifreq *ifr, void __user *data,
	       int cmd)
{
	const bool is_ipv6 = dev->addr_len == sizeof(struct in6_addr);
	const struct grex_tunnel *tunnel = netdev_priv(dev);
	struct ioctl_command command;
	union ioctl_parm parm;
	const size_t len = is_ipv6 ? sizeof(parm.v6) : sizeof(parm.v4);
	bool is_valid;
	int err = 0;

	/* A program that takes a tunnel of the kind "grex" for one of ip_gre has the shorter
	 * structure.
	 */
	if (is_ipv6 && tunnel->kind != GREX_KIND_IP6GRE)
		return -EOPNOTSUPP;
	switch (cmd) {
	case SIOCGETTUNNEL:
		break;
	case SIOCADDTUNNEL:
	case SIOCCHGTUNNEL:
	case SIOCDELTUNNEL:
		if (tunnel->kind == GREX_KIND_GRE ||
		    tunnel->kind == GREX_KIND_IP6GRE)
			break;
		fallthrough;
	default:
		return -EOPNOTSUPP;
	}
	if (copy_from_user(&parm, data, len))
		return -EFAULT;
	is_valid = ioctl_read(&parm, is_ipv6, &command);
	if (cmd == SIOCGETTUNNEL) {
		tunnel = ioctl_find(dev, &command) ?: tunnel;
		if (is_ipv6)
			ioctl_fill_ipv6(tunnel, &parm.v6);
		else
			ioctl_fill_ipv4(tunnel, &parm.v4);
	} else if (cmd != SIOCDELTUNNEL && !is_valid) {
		err = -EINVAL;
	} else if (!ioctl_may_change(tunnel)) {
		err = -EPERM;
	} else if (cmd == SIOCDELTUNNEL) {
		err = ioctl_delete(dev, &command);
	} else {
		err = ioctl_set(dev, &command, cmd);
		ioctl_return(dev, &command, &parm);
	}
	if (!err && copy_to_user(data, &parm, len))
		err = -EFAULT;
	return err;
}
