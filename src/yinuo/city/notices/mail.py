"""Mail by Django's configured server; the Message-ID is the row's id, so that a receiver can drop the second."""

from __future__ import annotations

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from yinuo.city.notices.reach import NoAnswer, Refused


def header(message_id: str) -> str:
    """The Message-ID of a row of the outbox."""
    return f"<{message_id}@{parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition('@')[2] or 'localhost'}>"


def send(connection: BaseEmailBackend, address: str, *, subject: str, body: str, message_id: str) -> None:
    """Send one mail. Raises Refused when the server does not take it for this address, NoAnswer when it cannot be reached."""
    message = EmailMessage(
        " ".join(subject.split()), body, to=[address], headers={"Message-ID": header(message_id)}, connection=connection
    )
    try:
        message.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        raise Refused(_said(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NoAnswer(_said(error)) from error
    except ValueError as error:
        raise Refused(f"the mail cannot be written: {error}", is_final=True) from error


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
