"""A loopback server with Greenhouse-shaped boards: the same bytes for whatever is measured against it."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from html import escape

BOARDS, POSTINGS, BODY = 200, 50, 5_000

SENTENCES = """
You will look after the scales in our four warehouses and the software that reads them.
Nobody here works alone on anything that can break at night.
We meet on Tuesdays, write things down on Wednesdays and ship on Thursdays.
You know your way around relational databases and are not afraid of a query plan.
Our customers are bakeries, breweries and two observatories.
Pay is reviewed each spring, with the figures on the table.
You have built something that other people still use.
Travel is rare: a week in Porto each autumn, and the odd delivery.
The team is nine people, soon ten, spread over three time zones.
A degree helps; so does having taken machines apart since you were six.
Benefits include health insurance, a retirement plan and five weeks of leave.
""".strip().splitlines()
EQUAL = "We consider all applicants without regard to race, religion, citizenship, age or disability."
VISA = (
    "We are unable to sponsor work visas for this position.",
    "We sponsor H-1B visas for this role, and help with green cards after the first year.",
    "Applicants must be authorized to work in the United States.",
)
TITLES = ("Data Engineer", "Software Engineer II", "Registered Nurse", "Marketing Intern", "Account Executive")


def body(rng: random.Random) -> str:
    """A description as Greenhouse has it: escaped HTML of about 5 kB, with tags as dense as real ones."""
    parts, size = [], 0
    while size < BODY:
        if rng.random() < 0.5:
            part = f"<p><span style=&quot;font-weight: 400;&quot;>{' '.join(rng.choices(SENTENCES, k=3))}</span></p>"
        else:
            items = "".join(f"<li>{sentence}</li>\n" for sentence in rng.choices(SENTENCES, k=4))
            part = f"<h3><strong>What you&nbsp;bring</strong></h3>\n<ul>\n{items}</ul>"
        parts.append(part)
        size += len(part)
    # About as often as in the 5,850 real postings of the shared data.
    if rng.random() < 0.05:
        parts.append(f"<p>{rng.choice(VISA)}</p>")
    if rng.random() < 0.5:
        parts.append(f"<p>{EQUAL}</p>")
    return escape("\n".join(parts))


def board(number: int) -> bytes:
    """The list of one board."""
    rng = random.Random(number)
    jobs = [
        {
            "id": number * 1000 + posting,
            "internal_job_id": number,
            "title": rng.choice(TITLES),
            "updated_at": "2026-11-01T10:00:00-04:00",
            "first_published": "2026-10-01T10:00:00-04:00",
            "requisition_id": f"R{posting}",
            "location": {"name": "Porto, Portugal"},
            "absolute_url": f"https://boards.greenhouse.io/b{number}/jobs/{posting}",
            "company_name": f"Company {number}",
            "language": "en",
            "data_compliance": [{"type": "gdpr", "requires_consent": False}],
            "metadata": None,
            "departments": [{"id": 1, "name": "Works", "child_ids": [], "parent_id": None}],
            "offices": [{"id": 2, "name": "Porto", "location": "Porto, Portugal", "child_ids": [], "parent_id": None}],
            "content": body(rng),
        }
        for posting in range(POSTINGS)
    ]
    return json.dumps({"jobs": jobs, "meta": {"total": len(jobs)}}).encode()


async def serve() -> None:
    """Answer until the process is ended; prints the port first."""
    answers = {f"/v1/boards/b{number}/jobs".encode(): board(number) for number in range(BOARDS)}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].partition(b"?")[0]
            found = answers.get(path)
            status, content = ("200 OK", found) if found else ("404 Not Found", b"")
            headers = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
            writer.write(headers.encode() + content)
            await writer.drain()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(serve()))
