import type { Dataset } from '../dataset.js';
import { insertingMany, iterating } from './bulk.js';
import { readingWorkloads } from './reading.js';
import { taggedWorkloads } from './tagged.js';
import type { Workload } from './workload.js';
import { accepting, insertingOne, updating } from './writing.js';

/** All of them: those that only read first, while the tables are as they were loaded. */
export const workloadsOn = (dataset: Dataset): readonly Workload[] => [
  ...readingWorkloads(dataset),
  ...taggedWorkloads(dataset),
  iterating(dataset),
  insertingOne(dataset),
  updating(dataset),
  accepting(dataset),
  insertingMany(dataset),
];
