import type { AttachmentView } from "../api/contract/AttachmentView";
import type { MessageDraft } from "../api/contract/MessageDraft";
import type { Notice } from "../api/contract/Notice";
import type { Returned } from "../api/contract/Returned";
import type { Transport } from "../api/contract/Transport";
import { asTold, type Recipient } from "../mail/address";
import { shownContentIds, textFromHtml } from "../mail/written";
import { lasting } from "./lasting.svelte";

/** A file of the draft. With a Content-ID it is shown inside the HTML. */
export interface Attached {
  file: AttachmentView;
  contentId: string | null;
}

/** A header of the message's own. */
export interface OwnHeader {
  name: string;
  value: string;
}

export type BodyView = "text" | "html" | "preview";

/** Where Send finds the first thing that is wrong, and what is wrong with it. */
export interface DraftFault {
  field: "to" | "cc" | "bcc" | "html";
  fault: string;
}

/** A message that is being written, for one sender. It lives as long as the window. */
export class Draft {
  /** Empty: the sender's own. */
  from = $state("");
  to = $state<Recipient[]>([]);
  cc = $state<Recipient[]>([]);
  bcc = $state<Recipient[]>([]);
  bccShown = $state(false);
  subject = $state("");
  html = $state("");
  view = $state<BodyView>("text");
  attached = $state<Attached[]>([]);
  headers = $state<OwnHeader[]>([]);
  via = $state<Transport | null>(null);
  /** When mail servers on the way are to report; empty: as they are used to. */
  dsn = $state<Notice[]>([]);
  dsnReturn = $state<Returned | null>(null);
  reportsShown = $state(false);
  /** Whether Graph keeps a copy in Sent Items; null: as the sender's settings say. */
  keepCopy = $state<boolean | null>(null);
  private ownText = $state<string | null>(null);

  /** The text form: what was written, or what follows from the HTML until somebody edits it. */
  readonly text = $derived(this.ownText ?? (this.html.trim() === "" ? "" : textFromHtml(this.html)));
  readonly textFollowsHtml = $derived(this.ownText === null && this.html.trim() !== "");
  private readonly recipients = $derived([...this.to, ...this.cc, ...this.bcc]);
  /** How many it goes to: a wrong address is nobody's. */
  readonly count = $derived(this.recipients.filter(({ valid }) => valid).length);
  /** Whether there is anything that could be lost. */
  readonly begun = $derived(this.recipients.length + this.attached.length + this.headers.length > 0 || (this.subject + this.text + this.html).trim() !== "");
  readonly attachedSize = $derived(this.attached.reduce((sum, one) => sum + Number(one.file.size), 0));

  writeText(text: string) {
    this.ownText = text === "" && this.html.trim() === "" ? null : text;
  }

  followHtml() {
    this.ownText = null;
  }

  attach(files: AttachmentView[]) {
    const known = new Set(this.attached.map((one) => one.file.file));
    const added = files.filter((one) => !known.has(one.file));
    this.attached.push(...added.map((file) => ({ file, contentId: null })));
  }

  remove(file: string) {
    this.attached = this.attached.filter((one) => one.file.file !== file);
  }

  /** Puts a picture into the HTML, or makes it a plain attachment again. */
  setInline(attached: Attached, inline: boolean) {
    const id = contentId(attached.file.name, this.attached.filter((one) => one !== attached));
    attached.contentId = inline ? id : null;
    if (inline && !shownContentIds(this.html).includes(id)) {
      this.html += `${this.html === "" ? "" : "\n"}<img src="cid:${id}" alt="${escaped(attached.file.name)}">`;
    }
  }

  /** Leaves only these recipients, each where it was. */
  keepOnly(addresses: string[]) {
    const kept = new Set(addresses.map(asTold));
    const only = (list: Recipient[]) => list.filter(({ address }) => kept.has(asTold(address)));
    [this.to, this.cc, this.bcc] = [only(this.to), only(this.cc), only(this.bcc)];
  }

  addHeader() {
    this.headers.push({ name: "", value: "" });
  }

  /** The first thing that keeps this from being sent. */
  fault(): DraftFault | null {
    const fields = [["to", this.to], ["cc", this.cc], ["bcc", this.bcc]] as const;
    for (const [field, list] of fields) {
      const wrong = list.find((one) => !one.valid);
      if (wrong) return { field, fault: `${wrong.written} is not a mail address` };
    }
    if (this.recipients.length === 0) return { field: "to", fault: "Add at least one recipient" };
    const known = new Set(this.attached.map((one) => one.contentId));
    const missing = shownContentIds(this.html).find((id) => !known.has(id));
    return missing === undefined ? null : { field: "html", fault: `The HTML shows cid:${missing}, which no attached picture has` };
  }

  /** Starts over. */
  clear() {
    this.from = this.subject = this.html = "";
    this.to = this.cc = this.bcc = [];
    this.attached = [];
    this.headers = [];
    this.dsn = [];
    this.dsnReturn = null;
    this.reportsShown = false;
    this.ownText = null;
    this.keepCopy = null;
    this.view = "text";
  }

  /** What is sent by `way`: Graph gives no delivery reports, and it alone is told about the copy. */
  message(way: Transport): MessageDraft {
    const smtp = way === "smtp";
    const addresses = (list: Recipient[]) => list.map((one) => one.written);
    return {
      from: this.from,
      to: addresses(this.to),
      cc: addresses(this.cc),
      bcc: addresses(this.bcc),
      subject: this.subject,
      text: this.text,
      html: this.html,
      headers: this.headers.map(({ name, value }): [string, string] => [name.trim(), value.trim()]).filter(([name, value]) => name + value !== ""),
      attachments: this.attached.map((one) => ({ file: one.file.file, content_id: one.contentId })),
      dsn: smtp ? this.dsn : [],
      dsn_return: smtp ? this.dsnReturn : null,
      save_to_sent_items: way === "graph" ? this.keepCopy : null,
    };
  }
}

/** A Content-ID made of the file's name, unlike those of `others`. */
function contentId(name: string, others: Attached[]): string {
  const plain = name.replace(/\.[^.]*$/, "").replace(/[^A-Za-z0-9._-]+/g, "-") || "picture";
  const taken = new Set(others.map((one) => one.contentId));
  let id = plain;
  for (let n = 2; taken.has(id); n += 1) id = `${plain}-${n}`;
  return id;
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
}

/** One draft for each sender: it survives other tabs and other senders. */
export class Drafts {
  private readonly byProfile = new Map<string, Draft>();

  of(profileId: string): Draft {
    const known = this.byProfile.get(profileId) ?? lasting(() => new Draft());
    this.byProfile.set(profileId, known);
    return known;
  }
}
