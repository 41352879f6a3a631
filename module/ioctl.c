// SPDX-License-Identifier: GPL-2.0
#include <linux/if_tunnel.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/uaccess.h>
#include <net/ip.h>

#include "grex.h"
#include "header.h"
#include "ioctl.h"
#include "table.h"
#include "tunnel.h"

/* The old structure has no room for the options that only grex has. */
static void ioctl_fill(const struct grex_tunnel *tunnel,
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

static bool ioctl_is_valid(const struct ip_tunnel_parm *parm)
{
	return parm->iph.version == 4 &&
	       parm->iph.ihl == sizeof(parm->iph) >> 2 &&
	       parm->iph.protocol == IPPROTO_GRE &&
	       !(parm->iph.frag_off & htons(~IP_DF)) &&
	       !((parm->i_flags | parm->o_flags) & (GRE_VERSION | GRE_ROUTING));
}

/* The old interface has no room for a reason, so it goes into the kernel's log. */
static bool ioctl_is_supported(const struct net_device *dev,
			       const struct ip_tunnel_parm *parm)
{
	const __be32 remote = parm->iph.daddr;
	const __be32 local = parm->iph.saddr;

	if (!ipv4_is_multicast(remote) && !ipv4_is_lbcast(remote) &&
	    !ipv4_is_multicast(local) && !ipv4_is_lbcast(local))
		return true;
	if (grex_may_log(netdev_priv(dev)))
		netdev_info(dev,
			    "local and remote of a tunnel must be unicast, or 0.0.0.0 for any\n");
	return false;
}

static void ioctl_get_match(const struct ip_tunnel_parm *parm,
			    struct grex_match *match)
{
	*match = (struct grex_match){
		.local = grex_addr_ipv4(parm->iph.saddr),
		.remote = grex_addr_ipv4(parm->iph.daddr),
		.keyed = !!(parm->i_flags & GRE_KEY),
		.key = parm->i_flags & GRE_KEY ? parm->i_key : 0,
		.family = AF_INET,
	};
}

/* Whether the underlay device exists and is not the tunnel itself, as rtnetlink asks for. A
 * tunnel may keep a device that does not exist any more.
 */
static bool ioctl_has_link(const struct grex_tunnel *tunnel,
			   const struct ip_tunnel_parm *parm, int old_link)
{
	const struct net_device *link;

	if (!parm->link || parm->link == old_link)
		return true;
	link = __dev_get_by_index(tunnel->net, parm->link);
	return link && link != tunnel->dev;
}

/* Replace all options that the structure has room for, and the mark, as ip_gre does. */
static void ioctl_get_options(const struct ip_tunnel_parm *parm,
			      struct grex_options *options)
{
	const u16 flags = GREX_HEADER_KEY | GREX_HEADER_CSUM | GREX_HEADER_SEQ;

	ioctl_get_match(parm, &options->match);
	options->link = parm->link;
	options->fwmark = 0;
	options->iflags = ntohs(parm->i_flags) & flags;
	options->oflags = ntohs(parm->o_flags) & flags;
	options->okey = parm->o_key;
	options->ttl = parm->iph.ttl;
	options->tos = parm->iph.tos;
	if (parm->iph.frag_off & htons(IP_DF))
		options->df = GREX_DF_SET;
	else if (options->df == GREX_DF_SET)
		options->df = GREX_DF_INHERIT;
}

/* Return the tunnel that a command for @dev is about. A command for gre0 is about any tunnel
 * of the namespace that has the parameters.
 */
static struct grex_tunnel *ioctl_find(struct net_device *dev,
				      const struct ip_tunnel_parm *parm)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);
	struct grex_match match;

	if (!tunnel->is_fallback)
		return tunnel;
	ioctl_get_match(parm, &match);
	tunnel = grex_table_find(&grex_net(tunnel->net)->table, &match,
				 parm->link, NULL);
	return tunnel && tunnel->kind == GREX_KIND_GRE ? tunnel : NULL;
}

static int ioctl_add(struct net_device *dev, const struct ip_tunnel_parm *parm)
{
	struct grex_options options = grex_tunnel_defaults[GREX_KIND_GRE];
	const struct grex_tunnel *tunnel = netdev_priv(dev);
	const char *name = parm->name[0] ? parm->name : "gre%d";

	/* These are the errors of ip_gre, in its order. */
	if (!dev_valid_name(name))
		return -E2BIG;
	if (!ioctl_has_link(tunnel, parm, 0))
		return -ENODEV;
	ioctl_get_options(parm, &options);
	return grex_tunnel_new(tunnel->net, dev->rtnl_link_ops, name, &options,
			       false);
}

static int ioctl_change(struct grex_tunnel *tunnel,
			const struct ip_tunnel_parm *parm)
{
	const struct grex_config *old = rtnl_dereference(tunnel->config);
	const struct grex_tunnel_mtu mtu = { .mode = tunnel->mtu_mode };
	struct grex_config *config =
		grex_tunnel_config_alloc(tunnel->dev, &old->options);

	if (!config)
		return -ENOMEM;
	if (!ioctl_has_link(tunnel, parm, old->options.link)) {
		grex_tunnel_config_free(config);
		return -ENODEV;
	}
	ioctl_get_options(parm, &config->options);
	return grex_tunnel_change(tunnel->dev, config, &mtu, NULL);
}

/* A command for gre0 may be about a tunnel whose device is in another namespace. */
static bool ioctl_may_change(const struct grex_tunnel *tunnel)
{
	return ns_capable(tunnel->net->user_ns, CAP_NET_ADMIN) &&
	       ns_capable(dev_net(tunnel->dev)->user_ns, CAP_NET_ADMIN);
}

static int ioctl_set(struct net_device *dev, struct ip_tunnel_parm *parm,
		     int cmd)
{
	struct grex_tunnel *tunnel = netdev_priv(dev);

	if (!ioctl_may_change(tunnel))
		return -EPERM;
	if (cmd == SIOCDELTUNNEL) {
		tunnel = ioctl_find(dev, parm);
		if (!tunnel)
			return -ENOENT;
		if (tunnel->is_fallback || !ioctl_may_change(tunnel))
			return -EPERM;
		unregister_netdevice(tunnel->dev);
		return 0;
	}
	if (!ioctl_is_supported(dev, parm))
		return -EOPNOTSUPP;
	/* The caller sees these changes. */
	if (parm->iph.ttl)
		parm->iph.frag_off |= htons(IP_DF);
	if (!(parm->i_flags & GRE_KEY))
		parm->i_key = 0;
	if (!(parm->o_flags & GRE_KEY))
		parm->o_key = 0;
	if (cmd == SIOCADDTUNNEL)
		return ioctl_add(dev, parm);
	tunnel = ioctl_find(dev, parm);
	if (!tunnel)
		return -ENOENT;
	return ioctl_may_change(tunnel) ? ioctl_change(tunnel, parm) : -EPERM;
}

/**
 * grex_ioctl - answer the ioctl commands of tunnels
 * @dev: of the tunnel
 * @ifr: unused
 * @data: user buffer for a struct ip_tunnel_parm
 * @cmd: SIOCGETTUNNEL, or for the kind "gre" SIOCADDTUNNEL, SIOCCHGTUNNEL or
 *	SIOCDELTUNNEL
 *
 * Return: 0, or the error that ip_gre would return
 */
int grex_ioctl(struct net_device *dev, struct ifreq *ifr, void __user *data,
	       int cmd)
{
	const struct grex_tunnel *tunnel = netdev_priv(dev);
	struct ip_tunnel_parm parm;
	int err = 0;

	/* The structure has no room for IPv6 addresses. */
	if (dev->addr_len != sizeof(__be32))
		return -EOPNOTSUPP;
	switch (cmd) {
	case SIOCGETTUNNEL:
		break;
	case SIOCADDTUNNEL:
	case SIOCCHGTUNNEL:
	case SIOCDELTUNNEL:
		if (tunnel->kind == GREX_KIND_GRE)
			break;
		fallthrough;
	default:
		return -EOPNOTSUPP;
	}
	if (copy_from_user(&parm, data, sizeof(parm)))
		return -EFAULT;
	parm.name[sizeof(parm.name) - 1] = '\0';
	if (cmd == SIOCGETTUNNEL)
		ioctl_fill(ioctl_find(dev, &parm) ?: tunnel, &parm);
	else if (cmd != SIOCDELTUNNEL && !ioctl_is_valid(&parm))
		err = -EINVAL;
	else
		err = ioctl_set(dev, &parm, cmd);
	if (!err && copy_to_user(data, &parm, sizeof(parm)))
		err = -EFAULT;
	return err;
}
