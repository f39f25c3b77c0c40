-- SPDX-License-Identifier: GPL-2.0-only
local i = 0
request = function() i = i % 30 + 1; return wrk.format("GET", "/f" .. i) end
