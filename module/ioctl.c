// SPDX-License-Identifier: GPL-2.0
#include <linux/if_tunnel.h>
#include <linux/netdevice.h>
#include <linux/uaccess.h>
#include <net/ip.h>

#include "grex.h"
#include "ioctl.h"

/* The old structure has no room for the options that only grex has. */
static void ioctl_fill(const struct net_device *dev,
		       const struct grex_config *config,
		       struct ip_tunnel_parm *parm)
{
	memset(parm, 0, sizeof(*parm));
	strscpy(parm->name, dev->name, sizeof(parm->name));
	parm->link = config->options.link;
	parm->i_flags = htons(config->options.iflags);
	parm->o_flags = htons(config->options.oflags);
	parm->i_key = config->options.match.key;
	parm->o_key = config->options.okey;
	parm->iph.version = 4;
	parm->iph.ihl = sizeof(parm->iph) >> 2;
	parm->iph.protocol = IPPROTO_GRE;
	parm->iph.tos = config->options.tos;
	parm->iph.ttl = config->options.ttl;
	parm->iph.saddr = config->options.match.local.v4;
	parm->iph.daddr = config->options.match.remote.v4;
	if (config->options.df == GREX_DF_SET)
		parm->iph.frag_off = htons(IP_DF);
}

/**
 * grex_ioctl - answer SIOCGETTUNNEL
 * @dev: of the tunnel
 * @ifr: unused
 * @data: user buffer for a struct ip_tunnel_parm
 * @cmd: SIOCGETTUNNEL; other commands change tunnels and are left to rtnetlink
 *
 * Return: 0, -EOPNOTSUPP or -EFAULT
 */
int grex_ioctl(struct net_device *dev, struct ifreq *ifr, void __user *data,
	       int cmd)
{
	const struct grex_tunnel *tunnel = netdev_priv(dev);
	struct ip_tunnel_parm parm;

	if (cmd != SIOCGETTUNNEL)
		return -EOPNOTSUPP;
	ioctl_fill(dev, rtnl_dereference(tunnel->config), &parm);
	return copy_to_user(data, &parm, sizeof(parm)) ? -EFAULT : 0;
}
