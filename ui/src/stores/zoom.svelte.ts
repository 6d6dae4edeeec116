import type { Call } from "../api/call";
import { Remembered } from "./remembered.svelte";

/** The sizes, in percent: the steps that browsers have. */
const STEPS = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300];

/** How large everything is shown. */
export class Zoom {
  private readonly kept = new Remembered("zoom", 100);

  constructor(private readonly call: Call) {}

  /** In percent. */
  get percent(): number {
    return STEPS.includes(this.kept.value) ? this.kept.value : 100;
  }

  /** Shows what was chosen at an earlier time. */
  start = () => {
    if (this.percent !== 100) this.show(this.percent);
  };

  larger = () => this.show(STEPS.find((step) => step > this.percent));

  smaller = () => this.show(STEPS.findLast((step) => step < this.percent));

  reset = () => this.show(100);

  private show(percent: number | undefined) {
    if (percent === undefined) return;
    this.kept.value = percent;
    // Where that fails everything stays as large as it is, which can be seen.
    void this.call("set_zoom", percent / 100).catch(() => undefined);
  }
}
