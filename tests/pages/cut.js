// What is cut off: at the edge of the window, or by a box that hides what is too much.
() => {
  const faults = [];
  const says = (one) => one.textContent.trim().replace(/\s+/g, " ").slice(0, 40);
  for (const one of document.body.querySelectorAll("*")) {
    if (one.closest("svg, .govuk-visually-hidden, .govuk-skip-link, .nw-many")) continue;
    if (!one.checkVisibility({visibilityProperty: true})) continue;
    const box = one.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    if (box.right > document.documentElement.clientWidth + 1 || box.left < -1) {
      faults.push(`${one.tagName} “${says(one)}” stands outside the window`);
    }
    const how = getComputedStyle(one);
    const hides = how.overflowX !== "visible" && !["INPUT", "TEXTAREA", "SELECT"].includes(one.tagName);
    if (hides && one.scrollWidth > one.clientWidth + 1 && one.clientWidth) {
      faults.push(`${one.tagName} “${says(one)}” is cut off`);
    }
  }
  return [...new Set(faults)];
}
