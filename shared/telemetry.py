"""Metrics and logs. Neither ever holds identity: labels are codes, log fields are ids and counts."""

import json
import logging
from typing import Any

from prometheus_client import Counter, Gauge

RELAYED = Counter("tongkang_relayed_facts", "Facts that the broker acknowledged.")
RELAY_FAILED = Counter("tongkang_relay_failures", "Cases whose next fact the broker did not take; retried.")
OFFSETS = Counter("tongkang_offsets", "Offsets passed, by what became of the record.", ["topic", "outcome"])
LAG = Gauge("tongkang_consumer_lag", "Records from this consumer's position to the end.", ["topic", "partition"])

_STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the `extra` fields of the call."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        if record.exc_info and record.exc_info[0] is not None:
            # The traceback without the exception's own words: those of a database error quote the row.
            line["exception"] = record.exc_info[0].__name__
            line["stack"] = _frames(record)
        return json.dumps(line, ensure_ascii=False, default=str)


def _frames(record: logging.LogRecord) -> list[str]:
    trace, frames = record.exc_info[2] if record.exc_info else None, []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames
