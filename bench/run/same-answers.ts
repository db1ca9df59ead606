import { deepStrictEqual } from 'node:assert/strict';
import type { NamedSide } from '../sides/open-sides.js';
import type { Workload } from '../workloads/workload.js';

/** Makes sure that what is compared is the same: every side gives, or leaves behind, the very same objects. */
export async function assertSameAnswers(workload: Workload, sides: readonly NamedSide[]): Promise<void> {
  const proof = workload.proof();
  const [first, ...others] = sides;
  if (!first) return;
  const expected = await proof(first.side);
  for (const { name, side } of others) {
    const actual = await proof(side);
    try {
      if (name === 'knex') deepStrictEqual(rounded(actual), rounded(expected));
      else deepStrictEqual(actual, expected);
    } catch (error) {
      throw new Error(`${workload.title}: ${name} and ${first.name} do not give the same`, { cause: error });
    }
  }
}

// Knex asks MySQL and MariaDB in their text protocol, in which mysql2 can lose the last bit of a double.
function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number(value.toPrecision(14));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rounded(part)]));
}
