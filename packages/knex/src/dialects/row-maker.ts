import type { Knex } from 'knex';
import type { Row } from './dialect.js';

/** Makes a value of a column's from what the driver gives for it. */
type Read = (value: unknown) => unknown;

/**
 * Makes rows of the values of these columns. The code is made for them: an object that is written as a literal takes half the
 * time, to make and to read, of one that gets its properties one by one.
 * @param reads how the values are read that are not null; as they are, if left out
 */
export function rowMaker(columns: readonly string[], reads?: readonly Read[]): (values: readonly unknown[]) => Row {
  const value = (index: number) =>
    reads ? `values[${index}] === null ? null : reads[${index}](values[${index}])` : `values[${index}]`;
  const properties = columns.map((column, index) => `${JSON.stringify(column)}: ${value(index)}`);
  // eslint-disable-next-line typescript/no-implied-eval -- of names of columns, in quotes
  const make = new Function('reads', `return (values) => ({ ${properties.join(', ')} });`) as (
    given: readonly Read[] | undefined,
  ) => (values: readonly unknown[]) => Row;
  return make(reads);
}

/** Takes the values of these columns out of rows, by code that is made for them as that of `rowMaker` is. */
export function valuesMaker(columns: readonly string[]): (row: Row) => readonly Knex.Value[] {
  const values = columns.map((column) => `row[${JSON.stringify(column)}]`);
  // eslint-disable-next-line typescript/no-implied-eval -- of names of columns, in quotes
  return new Function('row', `return [${values.join(', ')}];`) as (row: Row) => readonly Knex.Value[];
}
