import type { PerceptualHash } from '@janus/core';
import type { Sharp } from 'sharp';

/** The picture is looked at as this many pixels by as many, and so are its waves up to this frequency. */
const SIDE = 32;
const FREQUENCIES = 8;

/** A coefficient of 2 is a wave an eighth of a grey level high: rounding and sensor noise, not something to see. */
const NOISE = 2;

/** The orthonormal DCT-II, one row of weights for each frequency. */
const WAVES = Array.from({ length: FREQUENCIES }, (_frequency, frequency) => {
  const height = Math.sqrt((frequency === 0 ? 1 : 2) / SIDE);
  return Array.from(
    { length: SIDE },
    (_at, at) => height * Math.cos(((2 * at + 1) * frequency * Math.PI) / (2 * SIDE)),
  );
});

/** Where the pixel that is seen at (x, y) is stored, by EXIF orientation; turning 32×32 pixels spares turning them all. */
type Place = (x: number, y: number, end: number) => readonly [x: number, y: number];
const UPRIGHT: Place = (x, y) => [x, y];
const TURNED: Readonly<Record<number, Place>> = {
  2: (x, y, end) => [end - x, y],
  3: (x, y, end) => [end - x, end - y],
  4: (x, y, end) => [x, end - y],
  5: (x, y) => [y, x],
  6: (x, y, end) => [y, end - x],
  7: (x, y, end) => [end - y, end - x],
  8: (x, y, end) => [end - y, x],
};

const sum = (weights: readonly number[], value: (at: number) => number) =>
  weights.reduce((total, weight, at) => total + weight * value(at), 0);

/**
 * How a picture looks, in 64 bits: shrunk to 32×32 grey pixels, seen upright and on white; of its discrete cosine
 * transform the 8×8 lowest frequencies; of each, whether it is above their median. First bit: the mean.
 * This is pHash as N. Krawetz describes it ("Looks Like It", 2011) after C. Zauner ("Implementation and Benchmarking of
 * Perceptual Image Hash Functions", 2010), with one addition: what is too faint to see is no bit. Null where nothing can
 * be seen, as in a picture of one colour, which would otherwise have a hash of its rounding errors.
 */
export async function perceptualHash(picture: Sharp, orientation: number): Promise<PerceptualHash | null> {
  const pixels = await picture
    .flatten({ background: 'white' })
    .toColourspace('b-w')
    .resize(SIDE, SIDE, { fit: 'fill', kernel: 'linear' })
    .raw({ depth: 'uchar' })
    .toBuffer();
  const stored = TURNED[orientation] ?? UPRIGHT;
  const seen = (x: number, y: number) => {
    const [column, row] = stored(x, y, SIDE - 1);
    return pixels[row * SIDE + column] ?? 0;
  };
  const rows = Array.from({ length: SIDE }, (_, y) => WAVES.map((wave) => sum(wave, (x) => seen(x, y))));
  const coefficients = WAVES.flatMap((wave) => WAVES.map((_, across) => sum(wave, (y) => rows[y]?.[across] ?? 0)));
  if (coefficients.slice(1).every(isFaint)) return null;
  const sorted = coefficients.toSorted((a, b) => a - b);
  const median = ((sorted[31] ?? 0) + (sorted[32] ?? 0)) / 2;
  const bits = coefficients.map((value) => (value > median && !isFaint(value) ? '1' : '0')).join('');
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}

function isFaint(coefficient: number): boolean {
  return Math.abs(coefficient) <= NOISE;
}
