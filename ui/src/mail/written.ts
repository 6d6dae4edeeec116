/** The two forms of a message's text, and how the HTML form is shown. */

const BLOCKS = new Set([
  "ADDRESS", "ARTICLE", "BLOCKQUOTE", "DIV", "FIGURE", "FOOTER", "FORM", "H1", "H2", "H3", "H4", "H5", "H6", "HEADER",
  "LI", "MAIN", "NAV", "OL", "P", "PRE", "SECTION", "TABLE", "TR", "UL",
]);
const SILENT = new Set(["HEAD", "SCRIPT", "STYLE", "TEMPLATE", "TITLE"]);

/** Writes the text form of an HTML message. Nothing in it runs or loads: it is only parsed. */
export function textFromHtml(html: string): string {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  return written(body).replace(/[ \t]*\n[ \t]*/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
}

function written(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return (node.textContent ?? "").replace(/\s+/g, " ");
  if (!(node instanceof Element) || SILENT.has(node.tagName)) return "";
  const inside = [...node.childNodes].map(written).join("");
  switch (node.tagName) {
    case "BR": return "\n";
    case "HR": return "\n\n---\n\n";
    case "IMG": return node.getAttribute("alt") ?? "";
    case "LI": return `\n- ${inside.trim()}`;
    case "TD": case "TH": return `${inside.trim()}  `;
    case "A": return withAddress(node, inside);
    case "P": case "H1": case "H2": case "H3": return `\n\n${inside.trim()}\n\n`;
    default: return BLOCKS.has(node.tagName) ? `\n${inside}\n` : inside;
  }
}

function withAddress(link: Element, inside: string): string {
  const address = link.getAttribute("href") ?? "";
  const shown = inside.trim();
  return !/^https?:/.test(address) || address === shown ? inside : `${shown} (${address})`;
}

/** What the preview may load: nothing from anywhere. `data:` carries pictures inside the HTML. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:";

/**
 * A document for a frame with `sandbox=""`: no scripts, no forms, no links that lead away, nothing
 * loaded. The policy comes first, so that it holds for everything after it.
 */
export function previewDocument(html: string): string {
  return `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
    `<meta name="color-scheme" content="light"><base target="_blank">${html}`;
}

/** How many things in the HTML would be fetched from elsewhere when somebody opens the mail. */
export function remoteCount(html: string): number {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const remote = /^\s*(?:https?:)?\/\//i;
  const loads = parsed.querySelectorAll("[src], [srcset], [background], [poster], link[href]");
  const elements = [...loads].filter((one) =>
    ["src", "srcset", "background", "poster", "href"].some((name) => remote.test(one.getAttribute(name) ?? "")),
  );
  const styles = html.match(/url\(\s*['"]?(?:https?:)?\/\//gi) ?? [];
  return elements.length + styles.length;
}

/** Content-IDs that the HTML shows. */
export function shownContentIds(html: string): string[] {
  return [...html.matchAll(/\bcid:([^"'\s>)]+)/gi)].map((found) => found[1] ?? "");
}
