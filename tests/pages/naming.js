// What is wrong with what a page is called, and with what stands on top of it when a form comes back.
(service) => {
  const faults = [];
  const says = (one) => one.textContent.trim().replace(/\s+/g, " ");
  const summary = document.querySelector(".govuk-error-summary");
  const heading = document.querySelector("h1");
  if (document.documentElement.lang !== "en") faults.push("no language is said");

  const title = document.title;
  if (title.startsWith("Error: ") !== !!summary) faults.push(`in error or not? “${title}”`);
  if (!title.endsWith(service)) faults.push(`not called by the service: “${title}”`);
  if (heading && !title.replace("Error: ", "").startsWith(says(heading))) {
    faults.push(`called “${title}”, headed “${says(heading)}”`);
  }

  if (!summary) return faults;
  if (document.activeElement !== summary) faults.push("the summary of errors has no focus");
  const links = [...summary.querySelectorAll("a")];
  if (!links.length) faults.push("the summary of errors leads nowhere");
  for (const link of links) {
    const at = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    link.click();
    if (!at || document.activeElement !== at) {
      faults.push(`“${says(link)}” does not lead to ${link.hash}`);
      continue;
    }
    if (at.tagName === "MAIN") continue;  // it is about the whole page
    const groups = [];
    for (let one = at; one; one = one.parentElement) groups.push(one);
    const said = groups.flatMap((one) => (one.getAttribute("aria-describedby") || "").split(/\s+/));
    const told = said.map((one) => document.getElementById(one)).filter((one) => one).map(says);
    if (!told.some((one) => one.includes(says(link)))) {
      faults.push(`“${says(link)}” is not said at ${link.hash}`);
    }
  }
  return faults;
}
