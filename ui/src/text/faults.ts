import type { FieldFault } from "../api/contract/FieldFault";

/** A fault and its remedy as sentences: Rust's begin small and have no full stop. */
export function faultWords({ fault, remedy }: Pick<FieldFault, "fault" | "remedy">): string {
  return `${sentence(fault)} ${sentence(remedy)}`.trim();
}

function sentence(text: string): string {
  const big = text.charAt(0).toUpperCase() + text.slice(1);
  return big === "" || /[.!?]$/.test(big) ? big : `${big}.`;
}

/** Moves focus to the first control that has a fault, after the faults are on screen. */
export function focusFirstFault(root: ParentNode) {
  root.querySelector<HTMLElement>("[aria-invalid='true'], [data-wrong] :is(button, input)")?.focus();
}
