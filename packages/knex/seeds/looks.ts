import type { Capture, ImageStatus, JsonObject, Location, NewImage } from '@janus/core';
import { Chance, Ranked } from './chance.js';
import { cameras, type Camera, type Lens } from './data/cameras.js';
import { places, type Place } from './data/places.js';
import { commonTags, subjects } from './data/subjects.js';

const SECOND = 1_000;

const rankedCameras = new Ranked(cameras);
const rankedPlaces = new Ranked(places);
const rankedTags = new Ranked(commonTags);
const STATUSES: readonly ImageStatus[] = [
  ...Array<ImageStatus>(16).fill('ready'),
  'pending',
  'pending',
  'processing',
  'failed',
];

export type Looks = Omit<NewImage, 'id' | 'createdAt' | 'ownerId' | 'sha256'> & { readonly status: ImageStatus };

/**
 * What is to be seen in a picture, and what its file says.
 * @param copy the number of another that was taken right after it; null for the picture itself
 */
export function looksOf(original: { readonly number: number; readonly createdAt: Date }, copy: number | null): Looks {
  const chance = new Chance(`looks ${original.number}`);
  const camera = rankedCameras.pick(chance);
  const format = chance.pick(camera.formats);
  const place = rankedPlaces.pick(chance);
  const subject = chance.pick(subjects);
  const captured = chance.happens(0.88) ? capture(chance, camera, place, original.createdAt) : null;
  const upright = chance.happens(0.3);
  const [width, height] = upright ? [camera.height, camera.width] : [camera.width, camera.height];
  const title = chance.happens(0.5) ? `${subject.title}, ${place.name}` : subject.title;
  const extras = Array.from({ length: chance.below(5) }, () => rankedTags.pick(chance));
  const location = chance.happens(camera.knows ? 0.9 : 0.2) ? around(chance, place) : null;
  const perceptualHash = chance.happens(0.95) ? chance.hex(16) : null;
  const looks = {
    title: chance.happens(0.8) ? title : null,
    mimeType: format.mimeType,
    bitDepth: chance.pick(format.bitDepths),
    colorType: chance.pick(format.colorTypes),
    compression: chance.pick(format.compressions),
    location,
    metadata: metadata(chance, camera, upright),
    tags: chance.happens(0.92) ? [...subject.tags, ...(location ? [place.name] : []), ...extras] : [],
  };
  const shot = copy === null ? chance : new Chance(`shot ${copy}`);
  const day = (captured?.at ?? original.createdAt).toISOString().slice(0, 10).replaceAll('-', '');
  return {
    ...looks,
    filename: `${filename(shot, camera.filename.replace('@', day))}.${format.extension}`,
    byteSize: Math.floor(width * height * format.density * (0.5 + shot.fraction())),
    width,
    height,
    status: shot.pick(STATUSES),
    perceptualHash: perceptualHash !== null && copy !== null ? nearly(shot, perceptualHash) : perceptualHash,
    captured:
      captured && copy !== null ? { ...captured, at: new Date(captured.at.getTime() + shot.below(30)) } : captured,
  };
}

const filename = (chance: Chance, pattern: string) =>
  pattern.replaceAll(/#+/g, ({ length }) => String(chance.below(10 ** length)).padStart(length, '0'));

/** When it was taken: rather soon before it was uploaded. */
function capture(chance: Chance, camera: Camera, place: Place, uploaded: Date): Capture {
  const [first, last] = [Date.UTC(camera.years[0], 0), Date.UTC(camera.years[1], 0)];
  const share = chance.fraction();
  const until = Math.min(Math.max(uploaded.getTime(), first), last);
  const taken = until - Math.floor((until - first) * share * share);
  const told = chance.happens(camera.knows ? 0.95 : 0.4);
  // Few cameras write fractions of a second.
  return { at: new Date(camera.knows ? taken : taken - (taken % SECOND)), offset: told ? place.offset : null };
}

const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits;

const around = (chance: Chance, place: Place): Location => ({
  latitude: round(place.latitude + (chance.fraction() - 0.5) / 10, 8),
  longitude: round(place.longitude + (chance.fraction() - 0.5) / 10, 8),
});

/** A hash of which one to four bits are others. */
function nearly(chance: Chance, hash: string): string {
  let bits = BigInt(`0x${hash}`);
  for (let flips = chance.between(1, 4); flips > 0; flips -= 1) bits ^= 1n << BigInt(chance.below(64));
  return bits.toString(16).padStart(16, '0');
}

/** As `@janus/ingest` finds it in files: what is not known is not there. */
function metadata(chance: Chance, { make, model, lenses, knows }: Camera, upright: boolean): JsonObject {
  const dpi = { density: chance.pick([72, 96, 240, 300]) };
  if (make === null || model === null) return chance.happens(0.5) ? dpi : {};
  if (lenses.length === 0) return { camera: { make, model }, ...dpi };
  const lens = chance.pick(lenses);
  return {
    camera: { make, model, ...(lens.name !== null && { lens: lens.name }) },
    exposure: exposure(chance, lens, knows),
    orientation: upright ? chance.pick([6, 8]) : 1,
    ...dpi,
    ...(knows && { altitude: round(chance.between(-40, 21_000) / 10, 1) }),
    ...(chance.happens(0.2) && { software: chance.pick(['darktable 4.6.1', 'GIMP 2.10.36', 'RawTherapee 5.10']) }),
    ...(chance.happens(0.1) && { copyright: 'CC BY-SA 4.0' }),
    ...(chance.happens(0.05) && { description: 'Seen on the way, and kept for the light.' }),
  };
}

function exposure(chance: Chance, { focalLengths, apertures }: Lens, phone: boolean): JsonObject {
  const focalLength = chance.pick(focalLengths);
  return {
    time: chance.pick([30, 1.6, 1 / 15, 1 / 60, 1 / 125, 1 / 250, 1 / 1000, 1 / 4000]),
    aperture: chance.pick(apertures),
    iso: chance.pick([50, 100, 200, 400, 800, 3200, 12_800]),
    bias: chance.pick([-1, -0.3333333333333333, 0, 0, 0, 0.6666666666666666]),
    focalLength,
    ...(phone && { focalLength35mm: Math.round(focalLength * 3.6) }),
    flash: chance.happens(0.1),
  };
}
