"""What Python's own imaplib and smtplib make of a mailbox: every method they have for it, and what must be refused.

Reads where to go from standard input as JSON. Prints a line for each thing tried: `right` or `WRONG`, what was tried, and
what was answered, with tabs between.
"""

import email.policy
import imaplib
import json
import smtplib
import ssl
import sys
import time
from email.message import EmailMessage

place = json.load(sys.stdin)
sender, recipient = place["sender"], place["recipient"]
HOST = "127.0.0.1"
ARRIVES_WITHIN_S = 60
tls = ssl.create_default_context(cadata=place["certificate"])


def judge(what, right, said):
    print("right" if right else "WRONG", what, str(said).replace("\n", " "), sep="\t", flush=True)


def refused(what, error, attempt):
    """`attempt` must end in that error."""
    try:
        judge(what, False, attempt())
    except error as refusal:
        judge(what, True, refusal)


def raw_message(subject, body):
    text = f"From: {sender['email']}\nTo: {recipient['email']}\nSubject: {subject}\n\n{body}\n"
    return text.replace("\n", "\r\n").encode()


def submission():
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = f"Mara Größe <{sender['email']}>"
    message["To"] = recipient["email"]
    message["Subject"] = "From smtplib: Grüße"
    message.set_content("Lines that begin with dots:\n.\n..two\nünïcödé\n")
    message.add_attachment(bytes(range(256)) * 40, maintype="application", subtype="octet-stream", filename="ü.bin")

    with smtplib.SMTP_SSL(HOST, place["submissionsPort"], context=tls) as smtp:
        smtp.login(sender["email"], sender["app_password"])
        judge("SMTP_SSL, login, send_message", smtp.send_message(message) == {}, "no recipient refused")
        as_another = lambda: smtp.sendmail(recipient["email"], recipient["email"], b"")
        refused("as another mailbox", smtplib.SMTPSenderRefused, as_another)
        judge("verify", smtp.verify(recipient["email"])[0] == 252, "252")
    with smtplib.SMTP(HOST, place["submissionPort"]) as smtp:
        login = lambda secret: lambda: smtp.login(sender["email"], secret)
        refused("login before TLS", smtplib.SMTPNotSupportedError, login(sender["app_password"]))
        smtp.starttls(context=tls)
        refused("a wrong password", smtplib.SMTPAuthenticationError, login("no-such-secret"))
        login(sender["app_password"])()
        options = {"mail_options": ["SMTPUTF8", "BODY=8BITMIME"], "rcpt_options": ["NOTIFY=NEVER"]}
        raw = raw_message("From smtplib, over STARTTLS", "8-bit: ü")
        answer = smtp.sendmail(sender["email"], recipient["email"], raw, **options)
        judge("STARTTLS, sendmail with options", answer == {}, "no recipient refused")
    return message


def contents(message):
    parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    return [part.replace("\r\n", "\n") if isinstance(part, str) else part for part in parts]


def arrived(imap, sent):
    deadline = time.monotonic() + ARRIVES_WITHIN_S
    while time.monotonic() < deadline:
        imap.noop()
        imap.literal = "Grüße".encode()
        found = imap.uid("SEARCH", "CHARSET", "UTF-8", "FROM", f'"{sender["email"]}"', "SUBJECT")[1][0].split()
        if found:
            break
        time.sleep(0.25)
    data = imap.uid("FETCH", found[-1], "(BODY.PEEK[])")[1][0][1]
    came = email.message_from_bytes(data, policy=email.policy.default)
    same = contents(came) == contents(sent)
    judge("what was sent by smtplib, read by imaplib", same, f"{len(data)} octets, found by a literal")


def retrieval(sent):
    with imaplib.IMAP4(HOST, place["imapPort"]) as imap:
        login = lambda secret: lambda: imap.login(recipient["email"], secret)
        refused("LOGIN before TLS", imaplib.IMAP4.error, login(recipient["app_password"]))
        imap.starttls(ssl_context=tls)
        refused("a wrong password", imaplib.IMAP4.error, login("no-such-secret"))
        secret = f"\0{recipient['email']}\0{recipient['password']}".encode()
        judge("STARTTLS, AUTHENTICATE PLAIN", imap.authenticate("PLAIN", lambda _: secret)[0] == "OK", imap.state)

    imap = imaplib.IMAP4_SSL(HOST, place["imapsPort"], ssl_context=tls)
    imap.login(recipient["email"], recipient["app_password"])
    imap.select()
    arrived(imap, sent)

    def ok(what, answer, right=lambda data: True):
        kind, data = answer
        judge(what, kind == "OK" and right(data), data)

    name = "Python/&ANw-bung &- Co"
    box = f'"{name}"'
    ok("CREATE with a level above, modified UTF-7", imap.create(box))
    ok("SUBSCRIBE", imap.subscribe(box))
    ok("LIST", imap.list('""', "Python*"), lambda data: len(data) == 2 and name.encode() in data[1])
    ok("LSUB", imap.lsub('""', "Python*"), lambda data: len(data) == 1)
    when = imaplib.Time2Internaldate(1_000_000_000)
    for number in range(5):
        flags = r"(\Seen $python)" if number % 2 else ""
        ok(f"APPEND {number}", imap.append(box, flags, when, raw_message(f"number {number}", "x" * number * 1000)))
    counts = imap.status(box, "(MESSAGES UNSEEN RECENT UIDNEXT UIDVALIDITY)")
    ok("STATUS", counts, lambda data: b"(MESSAGES 5 UNSEEN 3 RECENT 5 " in data[0])
    ok("EXAMINE", imap.select(box, readonly=True), lambda data: data == [b"5"])
    judge("STORE while reading only", imap.store("1", "+FLAGS", r"\Seen")[0] == "NO", "NO")
    ok("UNSELECT", imap.unselect())
    ok("SELECT", imap.select(box), lambda data: data == [b"5"])
    judge("PERMANENTFLAGS", b"\\*" in imap.response("PERMANENTFLAGS")[1][0], "new keywords may be made")
    ok("SEARCH", imap.search(None, "SEEN", "KEYWORD", "$python"), lambda data: data == [b"2 4"])
    nested = "(OR (SUBJECT 1) NOT (SMALLER 2000))"
    ok("SEARCH in nested keys", imap.search(None, nested), lambda data: data == [b"2 3 4 5"])
    ok("SORT", imap.sort("(REVERSE SIZE)", "UTF-8", "ALL"), lambda data: data == [b"5 4 3 2 1"])
    ok("THREAD", imap.thread("REFERENCES", "UTF-8", "ALL"), lambda data: data == [b"(1)(2)(3)(4)(5)"])
    data = imap.fetch("1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
    heads = [part for part in data if isinstance(part, tuple)]
    subjects = [b"Subject: number %d" % number for number in range(5)]
    judge("FETCH of five", [head[1].strip() for head in heads] == subjects, heads[-1][0])
    moment = time.mktime(imaplib.Internaldate2tuple(heads[0][0]))
    judge("Internaldate2tuple", moment == 1_000_000_000, "the moment it was given")
    flags = imaplib.ParseFlags(heads[1][0])
    judge("ParseFlags", set(flags) >= {b"\\Seen", b"$python"}, flags)
    ok("PARTIAL by a range", imap.fetch("5", "(BODY.PEEK[TEXT]<100.7>)"), lambda data: data[0][1] == b"x" * 7)
    ok("STORE", imap.store("1:2", "+FLAGS", r"(\Deleted \Flagged)"), lambda data: len(data) == 2)
    ok("COPY", imap.copy("1,3", "Archive"))
    ok("MOVE by UID", imap.uid("MOVE", "3", "Archive"))
    judge("what MOVE removes", imap.response("EXPUNGE")[1] == [b"3"], "3")
    ok("EXPUNGE", imap.expunge(), lambda data: data == [b"1", b"1"])
    ok("CHECK", imap.check())
    ok("CLOSE", imap.close())
    ok("RENAME", imap.rename(box, '"Python/renamed"'))
    ok("ENABLE", imap.enable("CONDSTORE"))
    ok("NAMESPACE", imap.namespace(), lambda data: data == [b'(("" "/")) NIL NIL'])
    ok("GETQUOTAROOT", imap.getquotaroot("INBOX"), lambda data: b"STORAGE" in data[1][0])
    ok("GETQUOTA", imap.getquota(""), lambda data: b"STORAGE" in data[0])
    judge("SETQUOTA", imap.setquota('""', "(STORAGE 1)")[0] == "NO", "NO")
    ok("DELETE", imap.delete('"Python/renamed"'))
    refused("a command that is none", imaplib.IMAP4.error, lambda: imap.xatom("NONSENSE"))
    judge("LOGOUT", imap.logout()[0] == "BYE", "BYE")


retrieval(submission())
