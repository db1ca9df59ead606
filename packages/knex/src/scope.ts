import { AsyncLocalStorage } from 'node:async_hooks';
import type { Unit } from './unit.js';
import type { Writers } from './writers.js';

/** What the calls of some work belong to. */
export interface Scope {
  /** Whose calls: those of each Database join its own units alone. */
  readonly of: object;
  readonly around: Scope | undefined;
  readonly unit: Unit | undefined;
  /** What ends them. */
  readonly signals: readonly AbortSignal[];
}

const scopes = new AsyncLocalStorage<Scope>();

/** What is called now belongs to this of somebody's. */
export function scopeOf(of: object): Scope | undefined {
  let scope = scopes.getStore();
  while (scope && scope.of !== of) scope = scope.around;
  return scope;
}

/** Does work whose calls belong to somebody's unit, or to none of his. */
export function inScope<Result>(
  of: object,
  unit: Unit | undefined,
  signals: readonly AbortSignal[],
  work: () => Promise<Result>,
): Promise<Result> {
  return scopes.run({ of, around: scopes.getStore(), unit, signals }, work);
}

/** Whether what is called now is inside of a unit, of whichever Database, that has its turn among these writers. */
export function isInsideOf(writers: Writers): boolean {
  for (let scope = scopes.getStore(); scope; scope = scope.around) {
    if (scope.unit?.on.writers === writers && !scope.unit.isOver) return true;
  }
  return false;
}
