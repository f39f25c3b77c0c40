# SPDX-License-Identifier: GPL-2.0-only
# A process manager reads what its children print; one child closes its output and goes on running.
r1, w1 = IO.pipe
spawn("/usr/bin/python3", "-c", "import os,time\nos.close(1)\nos.close(2)\ntime.sleep(60)", out: w1, err: w1)
w1.close
r2, w2 = IO.pipe
spawn("/usr/bin/python3", "-c", "import time\nwhile True:\n print('tick', flush=True)\n time.sleep(.1)", out: w2)
w2.close
readers = [r1, r2]
File.write(ARGV[0], "up\n")
loop do
  ready, = IO.select(readers, nil, nil, 1)
  (ready || []).each do |r|
    line = r.gets
    next if line.nil? # never taken out of the set
    $stdout.write(line)
  end
end
