"""Mails such as mail systems write when they can't bring a mail to its reader."""

from typing import Literal

REPORT = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mail.example>
To: bounces@slo.example
Subject: {subject}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.
<s003@slo.example>: host mail.example said: {status} no such mailbox

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0000

Final-Recipient: rfc822; s003@slo.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} no such mailbox

--=_b
Content-Type: {kind}

From: namewatch <namewatch@slo.example>
To: s003@slo.example
Subject: Confidential: NW-2026-0001 needs you today
Message-ID: {message_id}

--=_b--
"""
OLD = """\
Return-Path: <>
From: MAILER-DAEMON@old.example
To: bounces@slo.example
Subject: failure notice

Hi. This is the program at old.example.
<s003@slo.example>:
Remote host said: {reply} mailbox is not here

--- Below this line is a copy of the message.
Message-ID: {message_id}
Subject: Confidential: NW-2026-0001 needs you today
"""


def report(
    message_id: str,
    *,
    action: Literal["failed", "delayed", "delivered", "relayed"] = "failed",
    status: str = "5.1.1",
    kind: Literal["text/rfc822-headers", "message/rfc822"] = "text/rfc822-headers",
) -> bytes:
    """What the standard asks for (RFC 3464)."""
    words = REPORT.format(
        subject="Undelivered Mail Returned to Sender",
        message_id=message_id,
        action=action,
        status=status,
        kind=kind,
    )
    return words.replace("\n", "\r\n").encode()


def old_words(message_id: str, reply: str = "550") -> bytes:
    """What programs wrote before there was a standard, and some still do."""
    return OLD.format(message_id=message_id, reply=reply).replace("\n", "\r\n").encode()


def reply(message_id: str, *, automatic: bool = False) -> bytes:
    """Somebody answers, or is away."""
    header = "Auto-Submitted: auto-replied\r\n" if automatic else ""
    return (
        f"From: Isobel Fairweather <s003@slo.example>\r\nTo: namewatch@slo.example\r\n{header}"
        f"Subject: Re: Confidential\r\nIn-Reply-To: {message_id}\r\n\r\n"
        f"I am away, room 5.1.1. Fenella was told. 550 thanks!\r\n> Message-ID: {message_id}\r\n"
    ).encode()
