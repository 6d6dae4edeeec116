/** A piece of HTML source and what it is: a tag, a value, something beside the content, or content. */
export interface Piece {
  kind: "k" | "v" | "d" | "";
  text: string;
}

/** What may come next, outside and inside of a tag; what none of them takes is content. */
const OUTSIDE = /(?<d><!--[\s\S]*?(?:-->|$)|<![^>]*>?)|(?<k><\/?[A-Za-z][^\s/>]*)/g;
const INSIDE = /(?<k>\/?>)|(?<v>"[^"]*"?|'[^']*'?)/g;
/** More than this is shown plain: colours are not worth a slow editor. */
const AT_MOST = 60_000;

/** Cuts HTML source into pieces to colour. Together they are the source again. */
export function highlight(html: string): Piece[] {
  if (html.length > AT_MOST) return [{ kind: "", text: html }];
  const pieces: Piece[] = [];
  let at = 0;
  let inTag = false;
  for (;;) {
    const next = inTag ? INSIDE : OUTSIDE;
    next.lastIndex = at;
    const found = next.exec(html);
    const start = found?.index ?? html.length;
    if (start > at) pieces.push({ kind: "", text: html.slice(at, start) });
    if (!found) return pieces;
    const kind = (["d", "k", "v"] as const).find((one) => found.groups?.[one] !== undefined) ?? "";
    pieces.push({ kind, text: found[0] });
    at = start + found[0].length;
    if (kind === "k") inTag = !inTag;
  }
}
