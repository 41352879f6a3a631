# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# strongSwan in namespaces: GRE between two addresses goes through IPsec in transport mode.
# Test files source this after lib.sh.

CHARON=/usr/lib/ipsec/charon

[ -x "$CHARON" ] || skip_all "strongSwan is not installed"
modprobe esp4 2>/dev/null
ip xfrm state list >/dev/null 2>&1 || skip_all "no IPsec in this kernel"

# charon NAMESPACE LOCAL REMOTE: start the daemon of one end; REMOTE may be %any
charon() {
	local dir=$WORK/ike-$1
	mkdir -p "$dir"
	cat >"$dir/strongswan.conf" <<-END
		charon {
			install_routes = no
			plugins {
				vici {
					socket = unix://$dir/vici
				}
			}
			filelog {
				log {
					path = $dir/log
					flush_line = yes
				}
			}
		}
	END
	cat >"$dir/swanctl.conf" <<-END
		connections {
			peer {
				version = 2
				local_addrs = $2
				remote_addrs = $3
				local {
					auth = psk
				}
				remote {
					auth = psk
				}
				children {
					gre {
						mode = transport
						local_ts = dynamic[gre]
						remote_ts = dynamic[gre]
						esp_proposals = aes128gcm16
						start_action = trap
					}
				}
			}
		}
		secrets {
			ike {
				secret = "of them all"
			}
		}
	END
	# The file of its process id has a fixed place, so that each has a /run of its own.
	STRONGSWAN_CONF=$dir/strongswan.conf ns_background "$1" \
		sh -c "mount -t tmpfs run /run && exec $CHARON" >"$dir/out" 2>&1
	busywait 60 test -S "$dir/vici" || fail "charon: $(cat "$dir/out" "$dir/log" 2>&1)"
	check "swanctl" swan "$1" --load-all
}

# swan NAMESPACE ARGUMENT...: run swanctl for the daemon there
swan() {
	local dir=$WORK/ike-$1
	shift
	STRONGSWAN_CONF=$dir/strongswan.conf SWANCTL_DIR=$dir swanctl "$@" \
		--uri "unix://$dir/vici"
}
