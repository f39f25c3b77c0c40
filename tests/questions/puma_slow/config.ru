# SPDX-License-Identifier: GPL-2.0-only
run lambda { |env|
  sleep 0.02 if env["PATH_INFO"] == "/slow"
  [200, {"content-type" => "text/plain"}, ["ok\n"]]
}
