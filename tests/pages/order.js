// What is read out in another order than it stands in: above what comes before in the same
// column, or left of it in the same line.
() => {
  const faults = [];
  const says = (one) => one.textContent.trim().replace(/\s+/g, " ").slice(0, 40);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let before = null;
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const around = text.parentElement;
    if (!text.textContent.trim() || around.closest("svg, script, [dir], .govuk-skip-link")) continue;
    if (!around.checkVisibility({visibilityProperty: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    const drawn = around.closest(".govuk-visually-hidden") ? null : box;
    if (!drawn || box.width < 2 || box.height < 2) continue;
    if (before) {
      const same = box.left < before.box.right && box.right > before.box.left;
      const above = same && box.bottom <= before.box.top + 1;
      const beside = Math.abs(box.top - before.box.top) < 4 && box.right <= before.box.left + 1;
      if (above || beside) faults.push(`“${says(text)}” stands before “${before.words}”`);
    }
    before = {box, words: says(text)};
  }
  return [...new Set(faults)];
}
