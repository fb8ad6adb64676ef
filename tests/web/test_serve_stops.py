"""A server that is told to stop does, though a tablet holds a line open: the next one needs its port."""

import signal
import time

from tests.web.served import serving

MOST_SECONDS = 15


def test_an_open_request_does_not_keep_it(clinic_template, tmp_path):
    with serving(clinic_template, tmp_path, with_tls=False) as served, served.connected() as line:
        line.sendall(
            b"POST /log-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 64\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nhalf="
        )
        time.sleep(0.5)  # it is being read
        assert served.process.poll() is None
        began = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        served.process.wait(timeout=MOST_SECONDS)
        assert time.monotonic() - began < MOST_SECONDS
