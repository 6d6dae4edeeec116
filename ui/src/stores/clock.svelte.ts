/** The time that words like "in 42 min" count from; moves every half minute. */
export class Clock {
  now = $state(new Date());

  constructor(private readonly read: () => Date = () => new Date()) {
    this.now = read();
  }

  /** Keeps it going until the returned function is called. */
  run = () => {
    const timer = setInterval(() => (this.now = this.read()), 30_000);
    return () => clearInterval(timer);
  };
}
