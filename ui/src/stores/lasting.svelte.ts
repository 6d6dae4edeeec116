/**
 * Makes what outlives the component that asks for it first. What is derived inside a component stops
 * following its sources when the component goes.
 */
export function lasting<T>(make: () => T): T {
  let made: { value: T } | undefined;
  $effect.root(() => {
    made = { value: make() };
  });
  if (!made) throw new Error("a root runs at once");
  return made.value;
}
