# SPDX-License-Identifier: GPL-2.0-only
# Reads a pipe slowly.
import os
import sys
import time

f = os.open(sys.argv[1], os.O_RDONLY)
while os.read(f, 8192):
    time.sleep(.08)
