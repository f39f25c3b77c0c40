# SPDX-License-Identifier: GPL-2.0-only
# A server; /save writes 24 MiB by gevent.fileobject.
import sys

from gevent import monkey
monkey.patch_all()
from gevent.fileobject import FileObjectPosix
from gevent.pywsgi import WSGIServer

folder = sys.argv[1]


def app(env, start):
    if env["PATH_INFO"] == "/save":
        f = FileObjectPosix(folder + "/mock", "wb")
        f.write(b"*" * (24 << 20))
        f.close()
    start("200 OK", [("Content-Length", "3")])
    return [b"ok\n"]


WSGIServer(("127.0.0.1", 24105), app, log=None).serve_forever()
