// Messages, and a conversation about them: what another server, written by others, answers word for word to the same
// commands. Where the two differ by right, the line is not here.

export const messages: [text: string, flags: string, received: string][] = [
  [
    String.raw`From: "Ann \"A\" Lee" <ann@mail.example>, bob@mail.example (Bob)
To: team: c@x.example, d@x.example;, <@r.example:e@x.example>
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= hello
Date: Thu, 05 Mar 2020 10:00:00 +0000
Message-ID: <m1@mail.example>

plain text
`,
    String.raw`\Seen`,
    '05-Mar-2020 10:00:00 +0000',
  ],
  [
    `From: a@b.example
Sender: 
Reply-To: 
Subject:
X-Extra: folded
 value

`,
    '',
    '06-Mar-2020 10:00:00 +0000',
  ],
  [
    `
no header at all
`,
    String.raw`\Flagged $label`,
    '06-Mar-2020 23:59:59 +0000',
  ],
  [
    String.raw`Subject: mixed
In-Reply-To: <m1@mail.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="foo
 bar"

prologue
--foo bar
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable
Content-Disposition: inline; filename="a \"b\".html"
Content-ID: <id@x>
Content-Description: some html
Content-Language: en, de
Content-MD5: x==
Content-Location: http://x.example/

<b>gr=C3=BC=C3=9Fe</b>
--foo bar
Content-Type: message/rfc822

Subject: inner
From: i@x.example
Content-Type: multipart/alternative; boundary=in

--in

A
--in
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64

QUJD
--in--
--foo bar--
epilogue
`,
    String.raw`\Answered \Deleted`,
    '01-Feb-2007 01:02:03 +0000',
  ],
  [
    `Subject: Re: hello
Date: Fri, 06 Mar 2020 01:00:00 +0200
References: <m1@mail.example>
Content-Type: message/rfc822

Subject: wrapped

wrapped body
`,
    String.raw`\Draft`,
    '07-Mar-2020 00:00:00 +0000',
  ],
];

// `=> BAD` is the status where it is not OK.
export const transcript = String.raw`
> FETCH 1 ENVELOPE
* 1 FETCH (ENVELOPE ("Thu, 05 Mar 2020 10:00:00 +0000" "=?utf-8?q?Gr=C3=BC=C3=9Fe?= hello" (("Ann \"A\" Lee" NIL "ann" "mail.example")("Bob" NIL "bob" "mail.example")) (("Ann \"A\" Lee" NIL "ann" "mail.example")("Bob" NIL "bob" "mail.example")) (("Ann \"A\" Lee" NIL "ann" "mail.example")("Bob" NIL "bob" "mail.example")) ((NIL NIL "team" NIL)(NIL NIL "c" "x.example")(NIL NIL "d" "x.example")(NIL NIL NIL NIL)(NIL "@r.example" "e" "x.example")) NIL NIL NIL "<m1@mail.example>"))
> FETCH 2 envelope
* 2 FETCH (ENVELOPE (NIL "" ((NIL NIL "a" "b.example")) ((NIL NIL "a" "b.example")) ((NIL NIL "a" "b.example")) NIL NIL NIL NIL NIL))
> FETCH 3 (ENVELOPE)
* 3 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))
> FETCH 5 (BODYSTRUCTURE)
* 5 FETCH (BODYSTRUCTURE ("message" "rfc822" NIL NIL NIL "7bit" 34 (NIL "wrapped" NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 14 1 NIL NIL NIL NIL) 3 NIL NIL NIL NIL))
> FETCH 5:3 UID
* 3 FETCH (UID 3)
* 4 FETCH (UID 4)
* 5 FETCH (UID 5)
> FETCH 1,* (UID)
* 1 FETCH (UID 1)
* 5 FETCH (UID 5)
> FETCH 6 UID => BAD
> FETCH 0 UID => BAD
> UID FETCH 4:* UID
* 4 FETCH (UID 4)
* 5 FETCH (UID 5)
> UID FETCH 1000:* UID
* 5 FETCH (UID 5)
> FETCH 1 BODY.PEEK[TEXT]
* 1 FETCH (BODY[TEXT] {12}
plain text
)
> FETCH 1 body.peek[1]
* 1 FETCH (BODY[1] {12}
plain text
)
> FETCH 1 BODY.PEEK[1.MIME]
* 1 FETCH (BODY[1.MIME] {245}
From: "Ann \"A\" Lee" <ann@mail.example>, bob@mail.example (Bob)
To: team: c@x.example, d@x.example;, <@r.example:e@x.example>
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= hello
Date: Thu, 05 Mar 2020 10:00:00 +0000
Message-ID: <m1@mail.example>

)
> FETCH 2 BODY.PEEK[HEADER.FIELDS (X-EXTRA)]
* 2 FETCH (BODY[HEADER.FIELDS (X-EXTRA)] {27}
X-Extra: folded
 value

)
> FETCH 3 BODY.PEEK[]
* 3 FETCH (BODY[] {20}

no header at all
)
> FETCH 4 BODY.PEEK[1]
* 4 FETCH (BODY[1] {22}
<b>gr=C3=BC=C3=9Fe</b>)
> FETCH 4 BODY.PEEK[1.MIME]
* 4 FETCH (BODY[1.MIME] {274}
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable
Content-Disposition: inline; filename="a \"b\".html"
Content-ID: <id@x>
Content-Description: some html
Content-Language: en, de
Content-MD5: x==
Content-Location: http://x.example/

)
> FETCH 4 BODY.PEEK[2.HEADER]
* 4 FETCH (BODY[2.HEADER] {87}
Subject: inner
From: i@x.example
Content-Type: multipart/alternative; boundary=in

)
> FETCH 4 BODY.PEEK[2.HEADER.FIELDS (SUBJECT X-NONE)]
* 4 FETCH (BODY[2.HEADER.FIELDS (SUBJECT X-NONE)] {18}
Subject: inner

)
> FETCH 4 BODY.PEEK[2.HEADER.FIELDS.NOT (SUBJECT X-NONE)]
* 4 FETCH (BODY[2.HEADER.FIELDS.NOT (SUBJECT X-NONE)] {71}
From: i@x.example
Content-Type: multipart/alternative; boundary=in

)
> FETCH 4 BODY.PEEK[2.1]
* 4 FETCH (BODY[2.1] {1}
A)
> FETCH 4 BODY.PEEK[2.1.MIME]
* 4 FETCH (BODY[2.1.MIME] {2}

)
> FETCH 4 BODY.PEEK[2.2]
* 4 FETCH (BODY[2.2] {4}
QUJD)
> FETCH 4 BODY.PEEK[2.2.MIME]
* 4 FETCH (BODY[2.2.MIME] {77}
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64

)
> FETCH 5 BODY.PEEK[1.HEADER]
* 5 FETCH (BODY[1.HEADER] {20}
Subject: wrapped

)
> FETCH 5 BODY.PEEK[1.1]
* 5 FETCH (BODY[1.1] {14}
wrapped body
)
> FETCH 1 BODY.PEEK[]<0.5>
* 1 FETCH (BODY[]<0> {5}
From:)
> FETCH 1 BODY.PEEK[TEXT]<6.100>
* 1 FETCH (BODY[TEXT]<6> {6}
text
)
> FETCH 1 BODY.PEEK[TEXT]<100.5>
* 1 FETCH (BODY[TEXT]<100> {0}
)
> FETCH 4 BODY.PEEK[2.HEADER.FIELDS.NOT (SUBJECT)]<0.10>
* 4 FETCH (BODY[2.HEADER.FIELDS.NOT (SUBJECT)]<0> {10}
From: i@x.)
> FETCH 4 (BINARY.SIZE[1] BINARY.SIZE[2.2])
* 4 FETCH (BINARY.SIZE[1] 14 BINARY.SIZE[2.2] 3)
> FETCH 1 (BODY.PEEK[1]<0.2> BODY.PEEK[1]<2.2>)
* 1 FETCH (BODY[1]<0> {2}
pl BODY[1]<2> {2}
ai)
> FETCH 1 BODY.PEEK[HEADER.FIELDS (from] => BAD
> FETCH 1 BODY.PEEK[X] => BAD
> FETCH 1 NONSENSE => BAD
> FETCH 1 (FLAGS => BAD
> FETCH 1 => BAD
> FETCH => BAD
> SEARCH UNANSWERED UNSEEN
* SEARCH 2 3 5
> SEARCH KEYWORD $LABEL
* SEARCH 3
> SEARCH UNKEYWORD $label
* SEARCH 1 2 4 5
> SEARCH OR SEEN FLAGGED
* SEARCH 1 3
> SEARCH OR (SEEN) (OR FLAGGED DRAFT)
* SEARCH 1 3 5
> SEARCH NOT (OR SEEN NOT UNFLAGGED)
* SEARCH 2 4 5
> SEARCH ((1:3) (2:4))
* SEARCH 2 3
> SEARCH RECENT
* SEARCH 1 2 3 4 5
> SEARCH 1:3,5
* SEARCH 1 2 3 5
> SEARCH *:3
* SEARCH 3 4 5
> SEARCH 1:3 NOT UID 2
* SEARCH 1 3
> SEARCH BEFORE 6-Mar-2020
* SEARCH 1 4
> SEARCH ON 6-Mar-2020
* SEARCH 2 3
> SEARCH SINCE "7-Mar-2020"
* SEARCH 5
> SEARCH SENTBEFORE 6-Mar-2020 SENTSINCE 5-Mar-2020
* SEARCH 1
> SEARCH SENTON 6-MAR-2020
* SEARCH 5
> SEARCH LARGER 300
* SEARCH 4
> SEARCH LARGER 4294967295
* SEARCH
> SEARCH FROM ann@mail.example
* SEARCH 1
> SEARCH TO team
* SEARCH 1
> SEARCH TO e@x.example
* SEARCH 1
> SEARCH SUBJECT ""
* SEARCH 1 2 4 5
> SEARCH HEADER X-Extra ""
* SEARCH 2
> SEARCH HEADER x-extra "folded value"
* SEARCH 2
> SEARCH NOT HEADER Subject ""
* SEARCH 3
> SEARCH HEADER {7}\r\nSubject {5}\r\nhello
* SEARCH 1 5
> SEARCH CHARSET UTF-8 SUBJECT grüße => BAD
> SEARCH CHARSET UTF-8 SUBJECT {7}\r\nGRÜßE
* SEARCH 1
> SEARCH CHARSET UTF-8 BODY grüße => BAD
> SEARCH BODY "plain text"
* SEARCH 1
> SEARCH TEXT m1@mail.example
* SEARCH 1 4 5
> SEARCH TEXT "wrapped body"
* SEARCH 5
> SEARCH BODY NIL
* SEARCH
> SEARCH RETURN () 2:4
* ESEARCH (TAG) ALL 2:4
> SEARCH RETURN (MIN MAX COUNT) 2:4
* ESEARCH (TAG) MIN 2 MAX 4 COUNT 3
> SEARCH RETURN (MIN) 1000:1001
* ESEARCH (TAG)
> SEARCH RETURN (COUNT) CC nobody
* ESEARCH (TAG) COUNT 0
> UID SEARCH RETURN (ALL) OR 1 3:5
* ESEARCH (TAG) UID ALL 1,3:5
> SEARCH RETURN (SAVE) 2:3
> FETCH $ UID
* 2 FETCH (UID 2)
* 3 FETCH (UID 3)
> SEARCH NOT $
* SEARCH 1 4 5
> SEARCH => BAD
> SEARCH OR SEEN => BAD
> SEARCH FOO => BAD
> SEARCH SUBJECT => BAD
> SEARCH (SEEN => BAD
> SEARCH LARGER x => BAD
> SEARCH SENTON 1-Foo-2020 => BAD
> SEARCH CHARSET NOSUCH ALL => NO [BADCHARSET]
> SEARCH RETURN (FOO) ALL => BAD
> SORT (SUBJECT) UTF-8 ALL
* SORT 2 3 1 5 4
> SORT (REVERSE DATE) UTF-8 ALL
* SORT 3 2 5 1 4
> SORT (FROM REVERSE SIZE) US-ASCII 1:4
* SORT 4 3 2 1
> UID SORT RETURN (MIN COUNT) (SIZE) UTF-8 ALL
* ESEARCH (TAG) UID MIN 3 COUNT 5
> THREAD REFERENCES UTF-8 ALL
* THREAD (1 (4)(5))(2)(3)
> THREAD ORDEREDSUBJECT UTF-8 1,5
* THREAD (1)(5)
> STORE 1 +FLAGS (\Flagged)
* 1 FETCH (UID 1 FLAGS (\Seen \Flagged \Recent))
> STORE 1 FLAGS (\Seen)
* 1 FETCH (UID 1 FLAGS (\Seen \Recent))
> STORE 1 -FLAGS.SILENT \Seen
> store 2:3 +flags.silent (\answered)
> STORE 2 -FLAGS (\Answered)
* 2 FETCH (UID 2 FLAGS (\Recent))
> STORE 9 FLAGS () => BAD
> STORE 1 FLAGS (\Nonsense) => BAD
> UID STORE 1000 FLAGS (\Seen)
> COPY 1 nosuch => NO [TRYCREATE]
> COPY 9 box => BAD
> EXPUNGE
* 4 EXPUNGE
* 4 RECENT
> FETCH 4 UID
* 4 FETCH (UID 5)
> CLOSE
> FETCH 1 UID => BAD
> LIST "" BOX
> LIST "" nosuch
> LIST "" ""
* LIST (\Noselect) "/" ""
> DELETE nosuch => NO [NONEXISTENT]
> DELETE INBOX => NO [CANNOT]
> RENAME nosuch other => NO [NONEXISTENT]
> CREATE box => NO [ALREADYEXISTS]
> STATUS nosuch (MESSAGES) => NO [NONEXISTENT]
> STATUS box () => BAD
> SELECT nosuch => NO [NONEXISTENT]
`;
