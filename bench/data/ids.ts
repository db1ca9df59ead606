import type { AnalyticsId, Id, ImageId, LogId, UserId } from '@janus/core';
import { hex4, hex8, Random } from './random.js';

/** When the first image was uploaded, and how much later each next one: ten million take a little more than three years. */
const START = Date.UTC(2023, 0, 1);
const STEP = 10_000;
const USERS_START = Date.UTC(2022, 0, 1);

const KINDS = { user: 1, image: 2, log: 3, analytics: 4 };

function idOf<Entity extends keyof typeof KINDS>(entity: Entity, index: number, at: number): Id<Entity> {
  const random = new Random(KINDS[entity], index);
  const bits = random.bits();
  const time = `${hex8(Math.floor(at / 2 ** 16))}-${hex4(at % 2 ** 16)}`;
  const middle = `${hex4(0x7000 | (bits & 0xfff))}-${hex4(0x8000 | (bits >>> 18))}`;
  return `${time}-${middle}-${hex4(random.bits())}${hex8(random.bits())}` as Id<Entity>;
}

const imageTime = (index: number) => START + index * STEP;

/** When an image was created; also of an index between two images. */
export const createdAt = (index: number): Date => new Date(imageTime(index));
export const imageIdOf = (index: number): ImageId => idOf('image', index, imageTime(index));

export const ownerTime = (index: number): Date => new Date(USERS_START + index * 1000);
export const ownerIdOf = (index: number): UserId => idOf('user', index, ownerTime(index).getTime());

/** A log entry follows its image by a second, an event by two. */
export const loggedAt = (index: number): Date => new Date(imageTime(index) + 1000);
export const logIdOf = (index: number): LogId => idOf('log', index, imageTime(index) + 1000);
export const eventAt = (index: number): Date => new Date(imageTime(index) + 2000);
export const eventIdOf = (index: number): AnalyticsId => idOf('analytics', index, imageTime(index) + 2000);
