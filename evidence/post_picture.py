"""Find the post on its page, take out of view what stands in front of it, and picture it.

Every change is told: the picture of the page as it was loaded shows what was there before. No
button is pressed, so that no choice about cookies is made in anybody's name.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from evidence.grade import runs_of
from evidence.tab import WIDTH, Tab

MAX_POST_HEIGHT = 6_000
_MARGIN = 8

POSTS = {
    "bsky.app": ('[data-testid^="postThreadItem-by-"]', '[data-testid^="feedItem-by-"]'),
    "x.com": ('article[data-testid="tweet"][tabindex="-1"]', 'article[data-testid="tweet"]'),
    "twitter.com": ('article[data-testid="tweet"][tabindex="-1"]', 'article[data-testid="tweet"]'),
    "reddit.com": ("shreddit-comment", "shreddit-post", ".thing.comment", "#siteTable .thing"),
    "youtube.com": ("ytd-comment-view-model", "ytd-comment-renderer", "ytd-watch-metadata"),
    "news.ycombinator.com": (".athing.comtr", ".fatitem"),
}
"""Where the post is on a platform's own pages, the narrowest first."""
ANYWHERE = (
    ".detailed-status__wrapper",  # Mastodon and its kin, at whatever address
    ".detailed-status",
    ".comment-content, .post-listing",  # Lemmy
    '[itemtype*="SocialMediaPosting"]',
    '[itemtype*="DiscussionForumPosting"]',
    '[itemtype*="schema.org/Comment"]',
    "article",
    '[role="article"]',
)
BANNERS = (
    "#onetrust-consent-sdk",
    "#CybotCookiebotDialog",
    "#CybotCookiebotDialogBodyUnderlay",
    "#didomi-host",
    "#usercentrics-root",
    "#qc-cmp2-container",
    "#sp_message_container",
    '[id^="sp_message_container_"]',
    ".cc-window",
    ".govuk-cookie-banner",
    '[data-testid="BottomBar"]',
    '[role="dialog"][aria-label*="cookie" i]',
    '[role="region"][aria-label*="cookie" i]',
    '[id*="cookie-banner" i]',
    '[class*="cookie-banner" i]',
    '[id*="cookie-consent" i]',
    '[class*="cookie-consent" i]',
)


@dataclass(frozen=True, slots=True)
class Freed:
    """Where the post is, if it was found, and what was changed on the page."""

    clip: dict[str, float] | None
    changes: tuple[str, ...]


async def free_the_post(tab: Tab, post_text: str) -> Freed:
    """Take out of view what covers the page, and find the post."""
    host = urlsplit(tab.page.url).hostname or ""
    own = next((found for end, found in POSTS.items() if f".{host}".endswith(f".{end}")), ())
    given = {"selectors": [*own, *ANYWHERE], "banners": list(BANNERS), "runs": runs_of(post_text)}
    said = await tab.run(_FREE, given)
    changes = tuple(sentence for name, sentence in _CHANGES.items() if said.get(name))
    return Freed(_clip(said.get("place")), changes)


_CHANGES = {
    "banners": "A cookie banner was taken out of view; no choice was made in it.",
    "stuck": "A bar that follows the reader was put in its place, since it covered the page.",
    "floating": "Something that floats over the page was taken out of view.",
    "locked": "The page let nobody scroll, and was made to.",
}


def _clip(place: Any) -> dict[str, float] | None:
    """The place of the post with a margin, within what is pictured at all."""
    if not isinstance(place, list) or len(place) != len("xywh"):
        return None
    x, y, width, height = (float(one) for one in place)
    left, top = max(0.0, x - _MARGIN), max(0.0, y - _MARGIN)
    right = min(float(WIDTH), x + width + _MARGIN)
    tall = min(height + 2 * _MARGIN, float(MAX_POST_HEIGHT))
    if right <= left or tall <= 0:
        return None
    return {"x": left, "y": top, "width": right - left, "height": tall}


_FREE = """async (given) => {
  const told = {banners: 0, stuck: 0, floating: 0, locked: 0, place: null};
  const squash = (text) => (text || '').normalize('NFKC').toLowerCase()
    .replace(/[^\\p{L}\\p{N}]/gu, '');
  const says = (one) => {
    const words = squash(one.innerText || one.textContent);
    return given.runs.some((run) => words.includes(run));
  };
  const shown = (one) => {
    const box = one.getBoundingClientRect();
    return box.width > 40 && box.height > 10;
  };
  const fits = (one) => shown(one) && (!given.runs.length || says(one));
  const narrowest = (all) => all.reduce((best, one) => best.contains(one) ? one : best);

  let post = null;
  for (const selector of given.selectors) {
    const all = [...document.querySelectorAll(selector)].slice(0, 300).filter(fits);
    if (all.length) { post = narrowest(all); break; }
  }
  if (!post && given.runs.length && document.body && says(document.body)) {
    post = document.body;
    for (let next = post; next;) {
      post = next;
      next = [...post.children].find(fits);
    }
    const whole = post.closest('li, section, tr, blockquote, td');
    if (whole && whole.getBoundingClientRect().height < 3 * innerHeight) post = whole;
  }

  const apart = (one) => !post || !(one.contains(post) || post.contains(one));
  for (const selector of given.banners) {
    for (const one of document.querySelectorAll(selector)) {
      if (apart(one) && shown(one)) {
        one.style.setProperty('display', 'none', 'important');
        told.banners += 1;
      }
    }
  }
  let looked = 0;
  for (const one of document.querySelectorAll('body *')) {
    if (++looked > 20000) break;
    const {position, visibility, display} = getComputedStyle(one);
    if (position !== 'sticky' && position !== 'fixed' || !apart(one)) continue;
    const box = one.getBoundingClientRect();
    if (visibility === 'hidden' || display === 'none' || !box.width || !box.height) continue;
    if (position === 'sticky') {
      one.style.setProperty('position', 'static', 'important');
      told.stuck += 1;
    } else if (box.width * box.height < innerWidth * innerHeight / 2) {
      one.style.setProperty('visibility', 'hidden', 'important');
      told.floating += 1;
    }
  }
  for (const one of [document.documentElement, document.body]) {
    if (one && getComputedStyle(one).overflowY === 'hidden') {
      one.style.setProperty('overflow', 'visible', 'important');
      told.locked += 1;
    }
  }
  if (post) {
    post.scrollIntoView({block: 'start', behavior: 'instant'});
    await new Promise((done) => setTimeout(done, 250));
    const box = post.getBoundingClientRect();
    told.place = [box.x + scrollX, box.y + scrollY, box.width, box.height];
  }
  return told;
}"""
