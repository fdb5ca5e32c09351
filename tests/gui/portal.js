// Stands in the page that holds the portal's pages in a frame of a phone's size; portal.rs asks. `look` says what does not fit, and what axe finds.

/** Width in CSS pixels and size of the text: an iPhone, at 200 % text (the text alone, then the whole page), and the smallest phone. */
const PHONES = [[390, "100%"], [390, "200%"], [195, "100%"], [320, "100%"]];
/** Longest that a code gets, with its dash and the widest letters. */
const CODE = "WWWW-MMMM";
/** A finger needs so many CSS pixels. */
const FINGER = 44;

const frame = document.querySelector("iframe");
const loaded = (node, load) => new Promise((done, failed) => ((node.onload = done), (node.onerror = () => failed(new Error(node.src))), load()));
const named = (node) => `${node.tagName.toLowerCase()}${node.getAttribute("class") ? `.${node.getAttribute("class")}` : ""} "${node.textContent.trim().slice(0, 30)}"`;

/** What does not fit a page as it is shown now. */
function misfits(page) {
  const root = page.documentElement;
  const wide = root.clientWidth;
  const found = root.scrollWidth > wide ? [`scrolls sideways: ${root.scrollWidth} of ${wide}`] : [];
  for (const node of page.body.querySelectorAll("*")) {
    const box = node.getBoundingClientRect();
    if (!box.width || node.closest(".hide") || (node.closest("svg") && node.tagName !== "svg")) continue;
    if (box.left < -0.5 || box.right > wide + 0.5) found.push(`beside the screen: ${named(node)}`);
    const flat = node.tagName === "svg" || page.defaultView.getComputedStyle(node).display === "inline";
    if (!flat && node.scrollWidth > node.clientWidth + 1) found.push(`wider than its box: ${named(node)}`);
    if (!flat && node.scrollHeight > node.clientHeight + 4) found.push(`higher than its box: ${named(node)}`);
    if (node.matches("a[href], button, input") && (box.height < FINGER - 0.1 || box.width < FINGER - 0.1)) found.push(`too small for a finger: ${named(node)} ${box.width} x ${box.height}`);
  }
  const live = page.querySelector("iframe")?.contentDocument;
  if (live) {
    if (!live.querySelector(".stops")) found.push("the live list is not there");
    if (live.documentElement.scrollHeight > live.documentElement.clientHeight) found.push("the live list scrolls inside the page");
    found.push(...misfits(live).map((one) => `live list: ${one}`));
  }
  return found;
}

/** The page is light, or dark: as the phone wants it. */
function shade(page, dark) {
  const [red, green, blue] = page.defaultView.getComputedStyle(page.body).backgroundColor.match(/[\d.]+/g).map(Number);
  const light = (red + green + blue) / 765;
  return (dark ? light < 0.2 : light > 0.9) ? [] : [`not ${dark ? "dark" : "light"}: ${red} ${green} ${blue}`];
}

/** Opens one page on every phone. */
async function look(file, axe, dark) {
  frame.style.width = `${PHONES[0][0]}px`;
  await loaded(frame, () => (frame.src = file));
  const page = frame.contentDocument;
  const found = shade(page, dark);
  for (const field of page.querySelectorAll("input.code")) field.value = CODE;
  for (const [width, text] of PHONES) {
    frame.style.width = `${width}px`;
    for (const one of [page, page.querySelector("iframe")?.contentDocument]) if (one) one.documentElement.style.fontSize = text;
    found.push(...misfits(page).map((one) => `${width} px, ${text}: ${one}`));
  }
  frame.style.width = `${PHONES[0][0]}px`;
  page.documentElement.style.fontSize = "";
  const script = page.createElement("script");
  await loaded(script, () => page.head.append(Object.assign(script, { src: axe })));
  const rules = dark ? ["color-contrast"] : ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await frame.contentWindow.axe.run(page, { runOnly: rules, iframes: false });
  found.push(...violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`));
  return found;
}
