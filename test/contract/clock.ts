/** The process's clock, which stands still, and moves on when it is told to. */
export interface Clock {
  now(): Date;
  /** @param milliseconds less than none sets it back */
  pass(milliseconds: number): void;
}

const MONTH = 30 * 86_400_000;

/**
 * Gives the tests of a `describe` the clock, from a month ago on at each of them: ids that were made ahead of the real time would
 * have all later ones of this process follow them.
 */
export function useClock(): Clock {
  const real = Date;
  let time = 0;
  const stopped = new Proxy(real, {
    construct: (target, given: []) => new target(...(given.length === 0 ? ([time] as unknown as []) : given)),
    get: (target, name): unknown => (name === 'now' ? () => time : Reflect.get(target, name, target)),
  });
  beforeEach(() => {
    time = real.now() - MONTH;
    globalThis.Date = stopped;
  });
  afterEach(() => {
    globalThis.Date = real;
  });
  return { now: () => new real(time), pass: (milliseconds) => (time += milliseconds) };
}
