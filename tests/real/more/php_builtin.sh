#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# php -S: PHP's own web server, one loop over poll or select
# packages: php-cli
. "$(dirname "$(readlink -f "$0")")/../lib.sh"
do_start() { mkdir www; echo '<?php echo str_repeat("hello ", 200);' > www/index.php; spawn php php -n -S 127.0.0.1:22003 -t www; wait_port 22003; target $SPAWNED; }
do_load() { $PY $HERE/tools/ld.py conn 22003 $SECS 2 'GET / HTTP/1.0\r\n\r\n' 0.01; }
main "$@"
