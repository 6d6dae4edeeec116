/** How the window was left: kept by the webview, of no interest to Rust. */
export class Remembered<T> {
  private held: T;

  constructor(
    private readonly key: string,
    fallback: T,
  ) {
    this.held = $state(read(key) ?? fallback);
  }

  get value(): T {
    return this.held;
  }

  set value(value: T) {
    this.held = value;
    localStorage.setItem(this.key, JSON.stringify(value));
  }
}

function read<T>(key: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as T | null;
  } catch {
    return null;
  }
}
