import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** One call's worth of images, and how long each part of loading them took. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  readonly images: number;
  readonly logs: number;
  /** Analyses, events, and images into the trash: a call each. */
  readonly others: number;
  /** How long as many of the first tenth's took in an empty database, in turns with the last tenth's. */
  readonly beside?: number;
}

/** Where in a load its last tenth begins. */
export const LAST_TENTH = 0.9;

/** How a database of one size was loaded. */
export interface Load {
  /** Without indexes. */
  bare: boolean;
  slices: Slice[];
  /** How long its indexes took that were built at the end, and its statistics, in seconds. */
  finishing: number | null;
  /** On the disk. */
  bytes: number | null;
}

/** How long a query took at one size, in milliseconds; null, with a note why, for one that did not run. */
export interface Sized {
  readonly size: number;
  /** Of the rounds. */
  readonly median: number | null;
  /** To the smallest size in the same round: the median, and its quartiles. */
  readonly ratio: { readonly median: number; readonly from: number; readonly to: number } | null;
  readonly runs: number;
  /** How much it answered: items of a page, or what was counted; the mean, where it asked for others. */
  readonly answer: number;
  readonly note?: string | undefined;
}

export interface Timing {
  readonly name: string;
  readonly kind: 'page' | 'count';
  readonly asks: 'same' | 'other';
  readonly sizes: readonly Sized[];
}

export interface DatabaseResults {
  version: string;
  /** How much memory it keeps pages in, in bytes. */
  buffers: number;
  /** By size. */
  readonly loads: Record<string, Load>;
  measured: string | null;
  timings: readonly Timing[];
}

interface Document {
  date: string;
  machine: Readonly<Record<string, string | number>>;
  databases: Record<string, DatabaseResults>;
}

const machine = () => ({
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cpu: cpus()[0]?.model ?? 'unknown',
  cpus: cpus().length,
  memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
});

/** All that was measured: of this run, and of those before it that were written to the same file. */
export class Results {
  readonly #document: Document;

  constructor(private readonly file: string | undefined) {
    const before =
      file !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Document) : undefined;
    this.#document = { date: '', machine: machine(), databases: before?.databases ?? {} };
  }

  of(dialect: string): DatabaseResults {
    return (this.#document.databases[dialect] ??= { version: '', buffers: 0, loads: {}, measured: null, timings: [] });
  }

  loadOf(dialect: string, size: number): Load {
    return (this.of(dialect).loads[size] ??= { bare: false, slices: [], finishing: null, bytes: null });
  }

  /** Notes what a query took: in place of what it took before, beside the others of the same sizes. */
  addTiming(dialect: string, timing: Timing): void {
    const results = this.of(dialect);
    const sizesOf = ({ sizes }: Timing) => sizes.map(({ size }) => size).join(' ');
    const others = results.timings.filter((one) => one.name !== timing.name && sizesOf(one) === sizesOf(timing));
    results.timings = [...others, timing];
    results.measured = new Date().toISOString();
    this.save();
  }

  save(): void {
    this.#document.date = new Date().toISOString();
    if (this.file !== undefined) writeFileSync(this.file, `${JSON.stringify(this.#document, null, 2)}\n`);
  }
}
