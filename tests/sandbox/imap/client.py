"""Reads a mailbox with Python's imaplib and prints what it saw as JSON.

usage: client.py PORT CA_FILE MESSAGE_ID
"""

import imaplib
import json
import ssl
import sys

port, ca_file, message_id = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca_file)
mailbox = imaplib.IMAP4_SSL("localhost", int(port), ssl_context=trust, timeout=20)
seen = {"capabilities": mailbox.capabilities}
mailbox.login("anna@sandbox.test", "sandbox")


def text(answer):
    """What a command gave, as text; a literal is the second part of a pair."""
    parts = [part if isinstance(part, tuple) else (part,) for part in answer[1] if part is not None]
    return [answer[0], *(octets.decode() for part in parts for octets in part)]


seen["folders"] = text(mailbox.list())
seen["status"] = text(mailbox.status("INBOX", "(MESSAGES UNSEEN)"))
seen["selected"] = text(mailbox.select("INBOX"))
found = mailbox.uid("SEARCH", None, "HEADER", "Message-ID", f'"{message_id}"')
seen["found"] = text(found)
uid = found[1][0]
seen["peeked"] = text(mailbox.uid("FETCH", uid, "(FLAGS RFC822.SIZE ENVELOPE BODY.PEEK[HEADER.FIELDS (Subject To)])"))
seen["unseen"] = text(mailbox.search(None, "UNSEEN", "SINCE", "01-Jan-2020"))
mailbox.literal = "größer".encode()
seen["by_literal"] = text(mailbox.search("UTF-8", "SUBJECT"))
seen["whole"] = text(mailbox.uid("FETCH", uid, "(BODY[])"))
seen["flags"] = text(mailbox.uid("STORE", uid, "+FLAGS", r"(\Flagged)"))
seen["nothing"] = text(mailbox.search(None, "UNSEEN"))
seen["closed"] = text(mailbox.close())
seen["bye"] = mailbox.logout()[0]
print(json.dumps(seen))
