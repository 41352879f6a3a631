// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>

#include "cli/name.h"
#include "lib/report.h"
#include "option/parse.h"

int name_check(const char *name)
{
	const char *wrong;

	if (!name)
		return usage("the name of the tunnel is missing, expected NAME");
	wrong = interface_name_error(name);
	return wrong ? usage("name: \"%s\" %s", name, wrong) : STATUS_OK;
}
