/** A piece of HTML source and what it is: a tag, a value, something beside the content, or content. */
export interface Piece {
  kind: "k" | "v" | "d" | "";
  text: string;
}

const PIECES = /(<!--[\s\S]*?(?:-->|$)|<![^>]*>?)|(<\/?[A-Za-z][^\s/>]*|\/?>)|("[^"]*"?|'[^']*'?)/g;
/** More than this is shown plain: colours are not worth a slow editor. */
const AT_MOST = 60_000;

/** Cuts HTML source into pieces to colour. Together they are the source again. */
export function highlight(html: string): Piece[] {
  if (html.length > AT_MOST) return [{ kind: "", text: html }];
  const pieces: Piece[] = [];
  let at = 0;
  let inTag = false;
  for (const found of html.matchAll(PIECES)) {
    const [text, aside, tag, value] = found;
    if (value !== undefined && !inTag) continue;
    if (found.index > at) pieces.push({ kind: "", text: html.slice(at, found.index) });
    pieces.push({ kind: aside !== undefined ? "d" : tag !== undefined ? "k" : "v", text });
    at = found.index + text.length;
    if (tag !== undefined) inTag = !tag.endsWith(">");
  }
  if (at < html.length) pieces.push({ kind: "", text: html.slice(at) });
  return pieces;
}
