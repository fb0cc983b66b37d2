// Whether one can see that the focus is here: the element, or what is drawn for it, changes with it.
() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const drawn = () => JSON.stringify([one, ...(one.labels || [])].flatMap((each) =>
    [null, "::before", "::after"].map((part) => {
      const how = getComputedStyle(each, part);
      return [how.outlineStyle, how.outlineWidth, how.outlineColor, how.boxShadow,
        how.backgroundColor, how.borderColor, how.borderWidth];
    })));
  const focused = drawn();
  one.blur();
  const plain = drawn();
  one.focus({preventScroll: true});
  const box = one.getBoundingClientRect();
  const label = (one.labels || [])[0];
  const said = one.getAttribute("aria-label") || (label || one).textContent;
  const group = one.closest("fieldset");
  return {
    name: said.trim().replace(/\s+/g, " "),
    group: group ? group.querySelector("legend").textContent.trim().replace(/\s+/g, " ") : "",
    type: one.type || one.tagName.toLowerCase(),
    chosen: one.checked === true,
    seen: focused !== plain,
    within: box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
  };
}
