"""The WSGI application, for granian."""

import multiprocessing
import os
import signal
import sys

from django.core.wsgi import get_wsgi_application

from yinuo.city.site.parentage import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.city.site.settings")
# A page calls Polars some hundred times, and each call hands the interpreter on: a thread must not wait 5 ms every time to get it back.
sys.setswitchinterval(0.0005)
is_worker = multiprocessing.parent_process() is not None
if is_worker:
    # A worker's master that was killed can no longer tell it to stop: it would hold the port for ever.
    end_with_parent(signal_number=signal.SIGKILL)
application = get_wsgi_application()
if is_worker:
    from yinuo.city.site import warm

    warm.read_text()
