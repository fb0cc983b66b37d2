"""Where people say that a test alert has reached them; only then does it count."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from casework.trials import confirm_trial, waiting_for
from console.front import Front, go_to
from console.words import moment_words
from records.database import reading, transaction

BASE = "/test-alert"
CHANNELS = {
    "email": "the mail",
    "slack": "the Slack message",
    "slack_room": "the message in the private Slack channel",
    "notify_email": "the mail from GOV.UK Notify",
    "notify_sms": "the text message",
    "teams": "the notification in Microsoft Teams",
}


def routes(front: Front) -> APIRouter:
    """One's own tests that wait for an answer."""
    router = APIRouter(prefix=BASE)

    @router.get("")
    def waiting(request: Request) -> Response:
        member = front.signed_in(request)
        zone = front.desk.organisation.calendar.zone
        with reading(front.desk.database) as session:
            rows = [
                {
                    "id": one.id,
                    "what": CHANNELS.get(one.channel, one.channel),
                    "sent": moment_words(one.sent_at, zone),
                }
                for one in waiting_for(session, member.staff_id)
            ]
        return front.show(member, "trial.html", rows=rows)

    @router.post("/{number}/got-it")
    def got_it(request: Request, number: int) -> Response:
        member = front.signed_in(request)
        desk = front.desk
        employed = desk.employed(member.staff_id)
        with transaction(desk.database) as session:
            confirm_trial(
                session,
                number,
                actor=member.staff_id,
                employed=employed,
                via="page",
                now=desk.now(),
            )
        return go_to(BASE)

    return router
