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
}

/** How long a query took, in milliseconds; null, with a note why, for one that did not run. */
export interface Timing {
  readonly name: string;
  readonly kind: 'page' | 'count';
  readonly median: number | null;
  readonly least: number | null;
  readonly most: number | null;
  readonly runs: number;
  /** How much it answered: items of a page, or what was counted. */
  readonly answer: number;
  readonly note?: string;
}

export interface Measurement {
  readonly size: number;
  readonly date: string;
  readonly bytes: number;
  readonly timings: readonly Timing[];
}

export interface DatabaseResults {
  version: string;
  slices: Slice[];
  measurements: Measurement[];
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
    return (this.#document.databases[dialect] ??= { version: '', slices: [], measurements: [] });
  }

  /** What was measured of another database before says nothing of this one. */
  forget(dialect: string): void {
    delete this.#document.databases[dialect];
  }

  addMeasurement(dialect: string, measurement: Measurement): void {
    const results = this.of(dialect);
    const before = results.measurements.find(({ size }) => size === measurement.size);
    const others = results.measurements.filter((one) => one !== before);
    // What was measured again is in the place of what was; a run of some queries leaves the others as they are.
    const timings = new Map(
      [...(before?.timings ?? []), ...measurement.timings].map((timing) => [timing.name, timing]),
    );
    const all = [...others, { ...measurement, timings: [...timings.values()] }];
    results.measurements = all.toSorted((a, b) => a.size - b.size);
    this.save();
  }

  save(): void {
    this.#document.date = new Date().toISOString();
    if (this.file !== undefined) writeFileSync(this.file, `${JSON.stringify(this.#document, null, 2)}\n`);
  }
}
