import type { DialectName } from './plan-of.js';

/** A statement that may do what others must not. */
export interface Exception {
  readonly name: string;
  readonly on: readonly DialectName[];
  /** The calls that it is made by. */
  readonly calls: RegExp;
  /** What is in its SQL, where the calls make others as well. */
  readonly sql?: RegExp;
  /** What it does. */
  readonly fault: RegExp;
  readonly reason: string;
}

/** Derived tables that have few rows by their nature, where a planner does not say how many. */
export const FEW: Readonly<Record<string, string>> = {
  near: 'what a quarter of a hash finds, measured: of a million images with scattered hashes, a few hundred at the most',
  parts: 'of each of up to 16 tags, the next that it has by age: twice a page, or 250',
  few: 'what is gathered was counted just before: up to 250; where looking on would take longer, 20,000, and 50,000 to count them',
};

const ALL: readonly DialectName[] = ['sqlite', 'postgres', 'mysql', 'mariadb'];

export const exceptions: readonly Exception[] = [
  {
    name: 'to count what no index tells, or most images have',
    on: ALL,
    calls:
      /^images\.count of (?:all|(?:status|mimeType|byteSize|created|captured): many|(?:created|captured): some|width|height|tags: many of any|tags: none|text: many beginnings|metadata|trash)/,
    fault: /^reads a whole (?:table|index)/,
    reason:
      'Every image that may match has to be looked at, and most of them match. Core says that it takes time in proportion, ' +
      'unless it is told how far to count; then it ends there.',
  },
  {
    name: 'to gather what was captured in a period of which the next images by age have too little',
    on: ['sqlite'],
    calls: /^images\.list of captured: /,
    fault: /^fills a sort/,
    reason:
      'Its planner does not say of how many. They were counted: up to 50,000 ids are read off the index and sorted, where looking at ' +
      'one image by age after the other might be to look at all there are.',
  },
  {
    name: 'to gather what hardly any of the next images in an order have',
    on: ['postgres', 'mysql', 'mariadb'],
    calls: /^images\.list of .* by -?(?:filename|byteSize|capturedAt)$/,
    sql: /\bselect distinct .* limit (?:2000|6000|16000|40000)\) as .few\b/,
    fault: /^fills a (?:sort|temporary table)/,
    reason:
      'Images were looked at in their order, and hardly any matched. What has them was counted: up to 20,000 are ' +
      'looked up and sorted, where looking on might be to look at all there are.',
  },
  {
    name: 'to count the entries of each user',
    on: ALL,
    calls: /^logs\.countByUser$/,
    fault: /^(?:reads a whole index|fills a (?:sort|temporary table))/,
    reason: 'Core says that it reads every entry. What is put aside is one row for each user.',
  },
  {
    name: 'to count the entries of each user in a period',
    on: ALL,
    calls: /^logs\.countByUser of a period/,
    fault: /^fills a (?:sort|temporary table)/,
    reason:
      'Core says that it reads every entry of the period. What is put aside is one row for each user, and in a sort the ids.',
  },
  {
    name: 'to count the events of each day',
    on: ALL,
    calls: /^analytics\.perDay/,
    fault: /^fills a (?:sort|temporary table)/,
    reason:
      'Every event of the period is counted. What is put aside is one row for each day and topic, and in a sort the events.',
  },
];

/** Indexes that no statement uses on a database, for whose planner others are as good at this size. */
export const unused: readonly {
  readonly index: string;
  readonly on: readonly DialectName[];
  readonly reason: string;
}[] = [];
