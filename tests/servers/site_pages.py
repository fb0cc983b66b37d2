"""Pages like those that a capture meets: what hides the post, what comes late, what never ends."""

WORDS = "An invented post about an invented office, with enough words to be found."

_STYLE = """
 body {margin: 0; font: 18px sans-serif; background: #f3f2f1}
 header {position: sticky; top: 0; padding: 20px; background: #1d70b8; color: white; z-index: 2}
 article {margin: 20px auto; padding: 20px; width: 640px; background: white}
 .cookie-banner {position: fixed; bottom: 0; left: 0; right: 0; padding: 40px; color: white;
   background: #0b0c0c; z-index: 3}
 .chat {position: fixed; right: 20px; top: 300px; padding: 20px; background: #ffdd00}
 iframe {border: 2px solid #505a5f; width: 600px; height: 120px} img, video {display: block}
 .space {height: 1400px}
"""
SOCIAL = f"""<!doctype html><html lang="en-GB"><meta charset="utf-8">
<title>A thread on Example</title>
<link rel="stylesheet" href="/packed.css">
<header>Example Social</header>
<article><h2>Alice Example</h2><p>What came before it.</p></article>
<article><h2>Bob Example</h2><p>{WORDS}</p><p id="likes">…</p><p id="live">…</p><p id="worked">…</p>
<video src="/film.webm" width="160" height="90" preload="auto" muted></video></article>
<article><h2>Charlie Example</h2><iframe src="EMBED"></iframe></article>
<div class="space"></div>
<article><img loading="lazy" src="/picture.svg" width="400" height="300" alt=""></article>
<div class="chat">Chat with us</div>
<div class="cookie-banner">We value your privacy. <button>Accept</button></div>
<script>
 const put = (id, text) => {{ document.getElementById(id).textContent = text; }};
 fetch('/likes', {{method: 'POST', headers: {{'Content-Type': 'application/json'}},
   body: JSON.stringify({{post: 7, deep: {{with: ['a', 2, true]}}}})}})
   .then((answer) => answer.json()).then((said) => put('likes', said.likes + ' likes'));
 const stream = new EventSource('/stream');
 stream.onmessage = (event) => {{ put('live', event.data); }};
 const worker = new Worker('/worker.js');
 worker.onmessage = (event) => {{ put('worked', event.data); }};
</script></html>"""
EMBED = """<!doctype html><meta charset="utf-8"><title>Embedded</title>
<link rel="stylesheet" href="/embed.css"><p>A post of another site</p>"""
FEED = f"""<!doctype html><meta charset="utf-8"><title>A feed</title><style>{_STYLE}</style>
<article><p>{WORDS}</p></article><div id="end" style="height: 40px"></div>
<script>
 let count = 0;
 new IntersectionObserver((seen) => {{
   if (!seen[0].isIntersecting) return;
   for (let n = 0; n < 5; n += 1) {{
     const one = document.createElement('article');
     one.style.height = '400px'; one.textContent = `Post ${{count += 1}} of the feed`;
     document.body.insertBefore(one, document.getElementById('end'));
   }}
 }}, {{rootMargin: '600px'}}).observe(document.getElementById('end'));
</script>"""
APP = """<!doctype html><meta charset="utf-8"><title>Loading</title><div id="root">Loading…</div>
<script>
 fetch('/api/post').then((answer) => answer.json()).then((post) => {
   const one = document.createElement('article');
   one.innerHTML = '<h2>Bob Example</h2><p></p>';
   one.querySelector('p').textContent = post.text;
   document.getElementById('root').replaceChildren(one);
   document.title = 'Bob on Example';
   history.replaceState({}, '', '/app/bob/7');
 });
</script>"""
GONE_LATER = """<!doctype html><meta charset="utf-8"><title>Example</title>
<div id="root">Loading…</div>
<script>setTimeout(() => {
  document.getElementById('root').textContent = "Hmm. This page doesn't exist.";
}, 1300);</script>"""
WALL = """<!doctype html><meta charset="utf-8"><title>Example</title>
<h1>See what Bob posted</h1><p>Log in to continue</p><input type="password">"""
BOT_CHECK = """<!doctype html><title>Just a moment...</title><p>Verify you are human"""
DELETED = """<!doctype html><title>Example</title><p>This post was deleted by its author."""
STRAY_FRAMES = """<!doctype html><title>Frames</title><p>Frames</p>
<iframe src="file:///etc/passwd"></iframe><iframe src="file:///proc/self/environ"></iframe>
<iframe src="chrome://version"></iframe><iframe src="view-source:file:///etc/passwd"></iframe>
<object data="file:///etc/passwd"></object><img src="file:///etc/hostname" alt="">
<script>fetch('file:///etc/passwd').then((a) => a.text())
 .then((t) => document.write(t));</script>"""
DOWNLOADS = """<!doctype html><title>Downloads</title><p>Downloads</p>
<a id="a" href="/file" download="x.zip">x</a>
<script>
 for (let n = 0; n < 5; n += 1) document.getElementById('a').click();
 window.open('/file');
 const one = document.createElement('iframe'); one.src = '/file'; document.body.append(one);
</script>"""
WORKER = "fetch('/from-worker').then((a) => a.text()).then((text) => postMessage(text));"
EMBED_CSS = b"p {color: #d4351c; font: 20px sans-serif}"
PACKED_CSS = _STYLE.encode()
