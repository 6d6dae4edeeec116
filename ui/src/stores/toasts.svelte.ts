/** Something that was done, with a way back while it is shown, or came about. Never an error: those stay in place. */
export interface Toast {
  id: number;
  text: string;
  undo: (() => void) | null;
  /** It came about, or leaves something to be done. */
  warning: boolean;
}

/** How long a toast stays, in milliseconds: with Undo as long as DESIGN.md promises, else until it is read. */
const WITH_UNDO = 10_000;
const PLAIN = 4_000;
const PER_LETTER = 80;

export class Toasts {
  all = $state<Toast[]>([]);

  show = (text: string, undo: (() => void) | null = null) => this.add({ text, undo, warning: false });

  warn = (text: string) => this.add({ text, undo: null, warning: true });

  drop = (id: number) => {
    this.all = this.all.filter((toast) => toast.id !== id);
  };

  /** Takes the newest undoable thing back; tells whether there was one. */
  undo = (id = this.all.findLast((toast) => toast.undo)?.id) => {
    const toast = this.all.find((one) => one.id === id);
    if (!toast?.undo) return false;
    this.drop(toast.id);
    toast.undo();
    return true;
  };

  private add(toast: Omit<Toast, "id">) {
    const { text, undo } = toast;
    const id = ++this.last;
    this.all = [...this.all.filter((one) => one.undo), { id, ...toast }];
    setTimeout(() => this.drop(id), undo ? WITH_UNDO : Math.max(PLAIN, text.length * PER_LETTER));
  }

  private last = 0;
}
