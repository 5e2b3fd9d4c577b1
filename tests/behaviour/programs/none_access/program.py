"""Reads order numbers from the subjects of mails."""

import logging
import re

logger = logging.getLogger(__name__)


def order_number(subject: str) -> str:
    found = re.match(r"order (\d+)", subject)
    return found.group(1)
