import { bigOwner, tagOf, wordOf } from '../data.js';
import { first, firstAndDeep } from './image-queries.js';
import { others, type Query, type Subject } from './query.js';

const common = tagOf(0);
const alsoCommon = tagOf(1);

const anyTwo = (turn: number) => [tagOf((turn * 7) % 300), tagOf((turn * 7 + 1 + (turn % 298)) % 300)];

function tags(subject: Subject): Query[] {
  const [rare, alsoRare] = subject.rare.tags;
  const both = { all: [common, alsoCommon] };
  const pairs: Readonly<Record<string, readonly string[]>> = {
    common: [common],
    'least common': [tagOf(299)],
    rare: [rare],
    'common and rare': [common, rare],
    'rare and rare': [rare, alsoRare],
    'least common and least common': [tagOf(299), tagOf(298)],
  };
  return [
    ...Object.entries(pairs).flatMap(([name, all]) => [
      first(subject, `tags: ${name}`, { tags: { all } }),
      first(subject, `tags: ${name}, ready`, { tags: { all }, status: 'ready' }),
    ]),
    ...firstAndDeep(subject, 'tags: common and common', { tags: both }, '-createdAt'),
    first(subject, 'tags: common and common', { tags: both }, 'filename'),
    first(subject, 'tags: least common', { tags: { all: [tagOf(299)] } }, 'filename'),
    first(subject, 'tags: common and common, ready', { tags: both, status: 'ready' }),
    first(subject, 'tags: rare, of owner of 10 %', { tags: { all: [rare] }, ownerId: bigOwner }),
    others('tags: all of any two', async (turn) =>
      subject.store.images.list({ where: { tags: { all: anyTwo(turn) } } }),
    ),
    first(subject, 'tags: any of two common', { tags: { any: [common, alsoCommon] } }),
    first(subject, 'tags: any of two least common', { tags: { any: [tagOf(299), tagOf(298)] } }),
    first(subject, 'tags: any of two rare', { tags: { any: [rare, alsoRare] } }),
    first(subject, 'tags: none of two common', { tags: { none: [common, alsoCommon] } }),
    first(subject, 'tags: none of two rare', { tags: { none: [rare, alsoRare] } }),
  ];
}

function texts(subject: Subject): Query[] {
  const { word } = subject.rare;
  const commonWord = wordOf(0);
  return [
    ...firstAndDeep(subject, 'text: common word', { text: commonWord }, '-createdAt'),
    first(subject, 'text: common word', { text: commonWord }, 'filename'),
    first(subject, 'text: mid word', { text: wordOf(100) }),
    first(subject, 'text: least common word', { text: wordOf(1999) }),
    first(subject, 'text: rare word', { text: word }),
    first(subject, 'text: no such word', { text: 'quixotic' }),
    first(subject, 'text: two common words', { text: `${commonWord} ${wordOf(1)}` }),
    first(subject, 'text: common and rare word', { text: `${commonWord} ${word}` }),
    first(subject, 'text: beginning of common words', { text: commonWord.slice(0, 2) }),
    first(subject, 'text: beginning of a rare word', { text: word.slice(0, 6) }),
    first(subject, 'text: in every filename', { text: 'jpg' }),
    first(subject, 'text: a day in filenames', { text: '20210615' }),
    first(subject, 'text: rare word, ready', { text: word, status: 'ready' }),
    first(subject, 'text: mid word, of owner of 10 %', { text: wordOf(100), ownerId: bigOwner }),
  ];
}

function metadata(subject: Subject): Query[] {
  return [
    first(subject, 'metadata: a value of 40 %', { metadata: { path: ['camera'], equals: 'Canon EOS R6' } }),
    first(subject, 'metadata: a value of 1 %', { metadata: { path: ['camera'], equals: 'Leica M11' } }),
    first(subject, 'metadata: a value of ten', { metadata: { path: ['batch'], equals: subject.rare.batch } }),
    first(subject, 'metadata: a number', { metadata: { path: ['iso'], equals: 800 } }),
    first(subject, 'metadata: a common path', { metadata: { path: ['lens'] } }),
    first(subject, 'metadata: a rare path', { metadata: { path: ['batch'] } }),
  ];
}

function near(subject: Subject): Query[] {
  const { hash } = subject.rare;
  return [0, 3, 7].map((distance) => first(subject, `near: distance ${distance}`, { near: { hash, distance } }));
}

/** Images by their tags, words, metadata and looks. */
export const searchQueries = (subject: Subject): Query[] => [
  ...tags(subject),
  ...texts(subject),
  ...metadata(subject),
  ...near(subject),
];
