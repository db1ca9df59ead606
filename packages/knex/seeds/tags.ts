import type { TagId } from '@janus/core';
import { check, tagName } from '@janus/core/adapter';
import { Chance } from './chance.js';
import { oddTags } from './data/oddities.js';
import { places } from './data/places.js';
import { commonTags, subjects } from './data/subjects.js';

const MADE_AT = new Date('2024-01-01T00:00:00.000Z');

export interface SeedTag {
  readonly id: TagId;
  readonly name: string;
}

/** Every tag of the seeds, in its normal form. */
export function seedTags(): SeedTag[] {
  const words = [...commonTags, ...oddTags, ...places.map(({ name }) => name), ...subjects.flatMap(({ tags }) => tags)];
  const names = new Set(words.map((word) => check(tagName, word)));
  return Array.from(names, (name) => ({ id: new Chance(`tag ${name}`).id<'tag'>(MADE_AT), name }));
}
