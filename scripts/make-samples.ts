/**
 * Draws the pictures in samples/: `npm run samples`. Every stroke comes from a seeded generator and no font is used, so
 * one version of sharp writes the same bytes on every run.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Exif, type Sharp } from 'sharp';

const folder = join(import.meta.dirname, '../samples');

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): (min?: number, max?: number) => number {
  let state = seed;
  return (min = 0, max = 1) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return min + (((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * (max - min);
  };
}
type Random = ReturnType<typeof seeded>;

const repeat = (times: number, draw: (index: number) => string) =>
  Array.from({ length: times }, (_, i) => draw(i)).join('');

const f = (value: number) => value.toFixed(1);

const gradient = (id: string, ...stops: readonly (readonly [offset: number, color: string, opacity?: number])[]) =>
  `<linearGradient id="${id}" x1="0" y1="0" x2="0" y2="1">${stops
    .map(([at, color, opacity = 1]) => `<stop offset="${at}" stop-color="${color}" stop-opacity="${opacity}"/>`)
    .join('')}</linearGradient>`;

const glow = (id: string, color: string, strength = 1) =>
  `<radialGradient id="${id}"><stop offset="0" stop-color="${color}" stop-opacity="${strength}"/><stop offset="1" stop-color="${color}" stop-opacity="0"/></radialGradient>`;

const blur = (id: string, deviation: number) =>
  `<filter id="${id}" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="${deviation}"/></filter>`;

/** A jagged line from left to right by midpoint displacement, closed along the bottom. */
function ridge(random: Random, width: number, height: number, level: number, rough: number, fill: string): string {
  let line = [level + random(-rough, rough), level + random(-rough, rough)];
  for (let spread = rough; line.length < 129; spread *= 0.55) {
    line = line.flatMap((y, i) => {
      const next = line[i + 1];
      return next === undefined ? [y] : [y, (y + next) / 2 + random(-spread, spread)];
    });
  }
  const points = line.map((y, i) => `${f((i * width) / 128)},${f(y)}`).join(' ');
  return `<polygon points="0,${height} ${points} ${width},${height}" fill="${fill}"/>`;
}

const stars = (random: Random, count: number, width: number, height: number) =>
  repeat(
    count,
    () =>
      `<circle cx="${f(random(0, width))}" cy="${f(random(0, height))}" r="${f(random(0.4, 1.5))}" fill="#fff" opacity="${f(random(0.3, 1))}"/>`,
  );

const svg = (width: number, height: number, defs: string, body: string) =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"><defs>${defs}</defs>${body}</svg>`,
  );

const sky = (width: number, height: number, id = 'sky') =>
  `<rect width="${width}" height="${height}" fill="url(#${id})"/>`;

function sunset() {
  const random = seeded(1);
  return svg(
    720,
    480,
    gradient('sky', [0, '#27376b'], [0.45, '#b4507a'], [0.75, '#f58a4b'], [1, '#ffd27a']) +
      gradient('sea', [0, '#e98a55'], [0.25, '#8f4a68'], [1, '#1b2446']) +
      glow('sun', '#fff1b8') +
      blur('soft', 5),
    `<rect width="720" height="300" fill="url(#sky)"/><circle cx="250" cy="262" r="190" fill="url(#sun)" opacity=".75"/><circle cx="250" cy="262" r="46" fill="#fff6d5"/>` +
      repeat(
        9,
        (i) =>
          `<ellipse cx="${f(random(0, 720))}" cy="${f(60 + i * 18)}" rx="${f(random(70, 190))}" ry="${f(random(4, 10))}" fill="#ffb38a" opacity=".35" filter="url(#soft)"/>`,
      ) +
      `<rect y="300" width="720" height="180" fill="url(#sea)"/>` +
      repeat(70, (i) => {
        const y = 304 + i * 2.5;
        const half = 12 + i * 1.5 * random(0.3, 1.2);
        return `<rect x="${f(250 + random(-20, 20) - half)}" y="${f(y)}" width="${f(half * 2)}" height="1.6" fill="#ffe3a3" opacity="${f(random(0.15, 0.75))}"/>`;
      }) +
      `<path d="M720 180 L690 186 L668 212 L640 222 L622 262 L590 276 L566 318 L540 332 L520 366 L486 420 L470 480 H720Z" fill="#1d1626"/>` +
      `<path d="M430 318 q26 12 58 0 l-8 14 h-42z M457 314 v-62 l26 56z M453 312 v-50 l-20 46z" fill="#2a1c2f"/>`,
  );
}

function mountains() {
  const random = seeded(22);
  return svg(
    720,
    480,
    gradient('sky', [0, '#5f8fc9'], [0.6, '#cfe0ee'], [1, '#fbe3d0']) +
      gradient('peak', [0, '#ffffff'], [0.4, '#9fb2cc'], [1, '#5c7391']) +
      gradient('lake', [0, '#8fb4cf'], [1, '#24506b']),
    sky(720, 480) +
      ridge(random, 720, 480, 205, 100, '#b6c8dc') +
      `<polygon points="180,370 330,92 352,118 372,104 540,370" fill="url(#peak)"/><polygon points="330,92 352,118 372,104 540,370 360,370 338,240 352,190" fill="#40587a" opacity=".55"/>` +
      ridge(random, 720, 480, 300, 60, '#5c7d8f') +
      ridge(random, 720, 480, 345, 34, '#2f5a5a') +
      `<rect y="385" width="720" height="95" fill="url(#lake)"/><polygon points="180,390 330,470 372,466 540,390" fill="#fff" opacity=".22"/>` +
      repeat(46, (i) => {
        const x = i * 16 + random(-6, 6);
        const h = random(26, 66);
        return `<polygon points="${f(x)},${f(392 - h)} ${f(x - h / 4)},392 ${f(x + h / 4)},392" fill="#163a38"/>`;
      }),
  );
}

function cityAtNight() {
  const random = seeded(5);
  const block = (level: number, tallest: number, fill: string, lights: number) =>
    repeat(16, (i) => {
      const width = random(34, 62);
      const x = i * 46 - 12;
      const height = random(tallest * 0.35, tallest);
      const windows = repeat(Math.floor(height / 12) * Math.floor(width / 10), (w) => {
        const columns = Math.floor(width / 10);
        const cx = x + 4 + (w % columns) * 10;
        const cy = level - height + 6 + Math.floor(w / columns) * 12;
        const color = random() < 0.75 ? '#ffd98a' : '#9fe0ff';
        return random() < lights
          ? `<rect x="${f(cx)}" y="${f(cy)}" width="5" height="6" fill="${color}" opacity="${f(random(0.5, 1))}"/>`
          : '';
      });
      return `<rect x="${f(x)}" y="${f(level - height)}" width="${f(width)}" height="${f(height)}" fill="${fill}"/>${windows}`;
    });
  return svg(
    720,
    480,
    gradient('sky', [0, '#05071c'], [0.7, '#2a1d55'], [1, '#7a3b78']) +
      gradient('river', [0, '#2b1f50'], [1, '#070a1c']) +
      glow('moon', '#fdf6d8', 0.6),
    sky(720, 480) +
      stars(random, 90, 720, 200) +
      `<circle cx="596" cy="82" r="80" fill="url(#moon)"/><circle cx="596" cy="82" r="26" fill="#fbf3d2"/>` +
      block(390, 200, '#1b1740', 0.25) +
      `<path d="M206 390 L236 110 L240 60 L244 110 L274 390Z" fill="none" stroke="#ff5d4a" stroke-width="5"/><path d="M218 278 h44 M226 200 h28 M222 240 h36" stroke="#ff8a6b" stroke-width="5"/><circle cx="240" cy="58" r="5" fill="#fff"/>` +
      block(396, 130, '#0c0b22', 0.55) +
      `<rect y="394" width="720" height="86" fill="url(#river)"/>` +
      repeat(
        120,
        () =>
          `<rect x="${f(random(0, 720))}" y="${f(random(398, 476))}" width="${f(random(2, 5))}" height="${f(random(4, 22))}" fill="${random() < 0.7 ? '#ffcf7d' : '#ff7aa8'}" opacity="${f(random(0.1, 0.5))}"/>`,
      ),
  );
}

/** How far a side of the tower has gone outwards. */
const edge = (y: number) => ((y - 180) / 298) * 16;

function lighthouse() {
  const random = seeded(8);
  return svg(
    480,
    640,
    gradient('sky', [0, '#2f7fc4'], [1, '#e6f3f8']) +
      gradient('sea', [0, '#2c86a6'], [1, '#0c3a56']) +
      gradient('rock', [0, '#8a7a68'], [1, '#3a332d']) +
      blur('soft', 9),
    sky(480, 640) +
      repeat(
        8,
        () =>
          `<ellipse cx="${f(random(0, 480))}" cy="${f(random(50, 260))}" rx="${f(random(40, 100))}" ry="${f(random(10, 24))}" fill="#fff" opacity=".8" filter="url(#soft)"/>`,
      ) +
      `<rect y="430" width="480" height="210" fill="url(#sea)"/>` +
      repeat(
        60,
        () =>
          `<rect x="${f(random(-20, 480))}" y="${f(random(436, 636))}" width="${f(random(20, 70))}" height="2" fill="#d5f2f7" opacity="${f(random(0.1, 0.5))}"/>`,
      ) +
      `<path d="M200 640 Q230 500 262 474 Q330 448 392 470 Q450 500 480 520 V640Z" fill="url(#rock)"/>` +
      `<polygon points="290,478 306,180 366,180 382,478" fill="#f8f4ee"/>` +
      repeat(3, (i) => {
        const top = 226 + i * 88;
        return `<polygon points="${f(306 - edge(top))},${top} ${f(366 + edge(top))},${top} ${f(366 + edge(top + 44))},${top + 44} ${f(306 - edge(top + 44))},${top + 44}" fill="#c8362f"/>`;
      }) +
      `<polygon points="346,180 366,180 382,478 352,478" fill="#000" opacity=".12"/><rect x="298" y="168" width="76" height="12" fill="#333"/><rect x="312" y="126" width="48" height="42" fill="#ffe9a0"/><path d="M306 128 Q336 84 366 128Z" fill="#a52a25"/><path d="M312 148 h48 M328 126 v42 M344 126 v42" stroke="#333" stroke-width="3"/>` +
      `<path d="M60 200 q14 -14 26 0 q12 -14 26 0 M130 240 q10 -10 19 0 q9 -10 19 0" fill="none" stroke="#234" stroke-width="3"/>`,
  );
}

function tulips() {
  const random = seeded(13);
  const colors = ['#e8375a', '#f7b32b', '#f26aa8', '#8b3fb0', '#ff6f3c', '#fff2e0'];
  const flower = (x: number, y: number, size: number) => {
    const color = colors[Math.floor(random(0, colors.length))];
    return `<g transform="translate(${f(x)} ${f(y)}) scale(${f(size)})"><path d="M0 8 Q2 40 0 90" stroke="#3f8f3a" stroke-width="4" fill="none"/><path d="M0 70 Q-26 50 -22 18 Q-6 40 0 70" fill="#57a84a"/><path d="M-15 -16 Q-20 14 0 16 Q20 14 15 -16 L7 -4 L0 -20 L-7 -4Z" fill="${color}"/><path d="M0 -20 L7 -4 L15 -16 Q20 14 0 16Z" fill="#000" opacity=".12"/></g>`;
  };
  return svg(
    480,
    640,
    gradient('sky', [0, '#8ecdf2'], [1, '#f2f9ea']) + gradient('field', [0, '#a8cf6a'], [1, '#3d7a34']),
    `<rect width="480" height="260" fill="url(#sky)"/><g transform="translate(350 150)"><polygon points="-24,90 -14,0 14,0 24,90" fill="#6d4c3d"/><path d="M-16 0 Q0 -26 16 0Z" fill="#3d2b24"/><g fill="#f6efe2" stroke="#5a4334" stroke-width="2">${repeat(4, (i) => `<path d="M0 -6 L96 -14 L96 -2 L0 2Z" transform="rotate(${28 + i * 90})"/>`)}</g></g>` +
      `<rect y="236" width="480" height="404" fill="url(#field)"/>` +
      repeat(9, (row) =>
        repeat(12 - row, (i) =>
          flower((i + 0.5) * (480 / (12 - row)) + random(-12, 12), 262 + row * 42, 0.45 + row * 0.15),
        ),
      ),
  );
}

function desert() {
  return svg(
    720,
    405,
    gradient('sky', [0, '#e9a15f'], [1, '#ffe9bd']) +
      gradient('a', [0, '#e0a35e'], [1, '#b8713a']) +
      gradient('b', [0, '#d08a45'], [1, '#94532a']) +
      gradient('c', [0, '#f0b76e'], [1, '#a9602e']),
    sky(720, 405) +
      `<circle cx="540" cy="96" r="38" fill="#fff8e2"/><path d="M0 230 Q150 150 330 220 T720 190 V405 H0Z" fill="url(#a)"/><path d="M0 300 Q200 190 380 262 Q520 316 720 236 V405 H0Z" fill="url(#c)"/><path d="M380 262 Q470 300 560 405 H180 Q330 340 380 262Z" fill="#7d4423" opacity=".55"/><path d="M0 352 Q180 310 400 366 T720 340 V405 H0Z" fill="url(#b)"/>` +
      repeat(
        4,
        (i) =>
          `<g transform="translate(${150 + i * 52} ${238 - i * 5}) scale(.8)" fill="#3a2214"><path d="M-20 0 Q-18 -14 -8 -12 Q-2 -26 6 -12 Q16 -12 18 -20 L26 -22 L28 -17 L22 -14 Q18 -2 12 -2 L12 16 H9 L8 0 H-12 L-13 16 H-16 L-17 -2Z"/></g>`,
      ),
  );
}

function aurora() {
  const random = seeded(34);
  const curtain = (color: string, level: number, sway: number) =>
    repeat(120, (i) => {
      const x = i * 6;
      const y = level + Math.sin(i / 11 + sway) * 38 + Math.sin(i / 5) * 10;
      return `<rect x="${x}" y="${f(y - random(90, 170))}" width="7" height="${f(random(150, 190))}" fill="url(#${color})" opacity="${f(random(0.3, 0.8))}"/>`;
    });
  return svg(
    720,
    480,
    gradient('sky', [0, '#020617'], [1, '#0f2c44']) +
      gradient('green', [0, '#3ef2a0', 0], [0.7, '#3ef2a0', 0.7], [1, '#b8ffd9', 0]) +
      gradient('violet', [0, '#a24bff', 0], [0.6, '#a24bff', 0.5], [1, '#3ef2a0', 0]) +
      blur('soft', 6),
    sky(720, 480) +
      stars(random, 160, 720, 340) +
      `<g filter="url(#soft)">${curtain('violet', 170, 1)}${curtain('green', 250, 0)}</g>` +
      ridge(random, 720, 480, 375, 50, '#06131f') +
      `<rect y="420" width="720" height="60" fill="#dfeaf2" opacity=".85"/><path d="M118 422 v-34 l34 -22 34 22 v34z" fill="#5b1f1a"/><path d="M110 392 l42 -30 42 30" stroke="#e9f1f6" stroke-width="7" fill="none"/><rect x="142" y="396" width="18" height="18" fill="#ffd36b"/>`,
  );
}

function forest() {
  const random = seeded(55);
  return svg(
    640,
    480,
    gradient('sky', [0, '#f4f4f4'], [1, '#bdbdbd']) + gradient('fog', [0, '#eeeeee', 0], [1, '#eeeeee', 0.75]),
    sky(640, 480) +
      repeat(4, (layer) => {
        const shade = ['#b5b5b5', '#8c8c8c', '#5a5a5a', '#222222'][layer] ?? '#000000';
        const trees = repeat(16 - layer * 3, () => {
          const x = random(-20, 660);
          const width = 6 + layer * 8 + random(0, 5);
          const branches = repeat(8, (i) => {
            const y = 40 + i * 42 + random(-14, 14);
            const reach = random(18, 46) * (random() < 0.5 ? -1 : 1) * (0.7 + layer * 0.4);
            return `<path d="M${f(x + width / 2)} ${f(y)} l${f(reach)} ${f(-random(6, 24))}" stroke="${shade}" stroke-width="${2 + layer}"/>`;
          });
          return `<rect x="${f(x)}" y="-10" width="${f(width)}" height="500" fill="${shade}"/>${branches}`;
        });
        return `${trees}<rect width="640" height="480" fill="url(#fog)" opacity="${0.8 - layer * 0.2}"/>`;
      }),
  );
}

function autumn() {
  const random = seeded(3);
  const leaves = ['#c8401f', '#e0702a', '#f0a030', '#a52f1c', '#f4c542'];
  return svg(
    480,
    480,
    '',
    `<rect width="480" height="480" fill="#f7ecd8"/><circle cx="240" cy="232" r="196" fill="#f3dcb2"/><path d="M0 400 Q240 360 480 400 V480 H0Z" fill="#7a8b4a"/><path d="M222 404 Q232 300 214 236 L176 190 L184 184 L222 220 L232 150 L242 150 L246 222 L296 176 L304 184 L258 244 Q250 320 266 404Z" fill="#5b3a29"/>` +
      repeat(340, () => {
        const angle = random(0, 6.283);
        const reach = Math.sqrt(random()) * 128;
        const x = 238 + Math.cos(angle) * reach * 1.15;
        const y = 158 + Math.sin(angle) * reach * 0.85;
        return `<ellipse cx="${f(x)}" cy="${f(y)}" rx="9" ry="6" transform="rotate(${f(random(0, 180))} ${f(x)} ${f(y)})" fill="${leaves[Math.floor(random(0, 5))]}"/>`;
      }) +
      repeat(
        40,
        () =>
          `<ellipse cx="${f(random(70, 420))}" cy="${f(random(396, 440))}" rx="8" ry="5" fill="${leaves[Math.floor(random(0, 5))]}"/>`,
      ),
  );
}

function moon() {
  const random = seeded(89);
  return svg(
    320,
    320,
    `<radialGradient id="ball" cx=".38" cy=".36" r=".7"><stop offset="0" stop-color="#f6f6f0"/><stop offset=".6" stop-color="#b9b9b4"/><stop offset="1" stop-color="#1c1c1e"/></radialGradient><clipPath id="disc"><circle cx="160" cy="160" r="126"/></clipPath>` +
      blur('soft', 3),
    `<rect width="320" height="320" fill="#020203"/><circle cx="160" cy="160" r="126" fill="url(#ball)"/><g clip-path="url(#disc)" filter="url(#soft)">` +
      repeat(
        9,
        () =>
          `<ellipse cx="${f(random(70, 240))}" cy="${f(random(70, 240))}" rx="${f(random(16, 44))}" ry="${f(random(12, 34))}" fill="#55565a" opacity=".5"/>`,
      ) +
      repeat(
        26,
        () =>
          `<circle cx="${f(random(50, 270))}" cy="${f(random(50, 270))}" r="${f(random(2, 9))}" fill="#fff" opacity=".35"/>`,
      ) +
      `</g>`,
  );
}

const balloon = (x: number, y: number, size: number, ...colors: readonly [string, string]) =>
  `<g transform="translate(${x} ${f(y)}) scale(${size})"><path d="M-40 0 A40 42 0 0 1 40 0 Q38 30 10 56 H-10 Q-38 30 -40 0Z" fill="${colors[0]}"/><path d="M-16 -39 Q-26 10 -8 56 H8 Q26 10 16 -39 Q0 -46 -16 -39Z" fill="${colors[1]}"/><path d="M-8 56 L-7 68 M8 56 L7 68" stroke="#553"/><rect x="-9" y="68" width="18" height="13" rx="2" fill="#8a5a33"/></g>`;

function balloons(frame: number) {
  return svg(
    360,
    270,
    '',
    `<rect width="360" height="270" fill="#aee0f2"/><circle cx="300" cy="54" r="26" fill="#fff3b0"/><path d="M0 214 Q90 176 190 210 T360 200 V270 H0Z" fill="#8bbf63"/><path d="M0 244 Q120 214 360 246 V270 H0Z" fill="#5d9a4c"/>` +
      balloon(96, 96 - frame * 5, 1.15, '#e4483d', '#ffd25a') +
      balloon(212, 128 - frame * 3, 0.75, '#3b6fd1', '#f2f2f2') +
      balloon(286, 146 - frame * 4, 0.5, '#8a44b5', '#ff9fcf'),
  );
}

function lake() {
  const random = seeded(144);
  return svg(
    512,
    384,
    gradient('sky', [0, '#bfe3f5'], [1, '#ffffff']) + gradient('water', [0, '#57b6c9'], [1, '#0f5c84']),
    sky(512, 384) +
      ridge(random, 512, 384, 130, 40, '#a9bfd6') +
      ridge(random, 512, 384, 176, 22, '#6f9a76') +
      `<rect y="206" width="512" height="178" fill="url(#water)"/>` +
      repeat(5, (i) => {
        const x = 60 + i * 98;
        const y = 240 + ((i * 53) % 90);
        return `<path d="M${x} ${y} h54 l-9 13 h-36z" fill="#fff"/><path d="M${x + 26} ${y - 3} v-62 q34 30 32 60z" fill="${['#ffffff', '#ffd9d2', '#ffffff', '#fff3c9', '#ffffff'][i]}"/><path d="M${x + 23} ${y - 3} v-48 l-20 46z" fill="#e8eef2"/>`;
      }),
  );
}

function whale() {
  return svg(
    420,
    300,
    gradient('body', [0, '#4d8fc4'], [1, '#1f4e80']),
    `<path d="M40 168 Q60 84 176 84 Q272 86 318 150 Q352 138 356 96 Q336 84 330 58 Q364 60 374 84 Q386 58 412 56 Q408 88 384 98 Q388 206 280 230 Q150 256 84 226 Q44 206 40 168Z" fill="url(#body)"/><path d="M46 186 Q120 226 250 190 Q236 232 160 240 Q70 240 46 186Z" fill="#dcebf5"/><circle cx="104" cy="156" r="8" fill="#0d2338"/><circle cx="107" cy="153" r="2.6" fill="#fff"/><path d="M176 196 Q206 240 250 236 Q236 206 214 188Z" fill="#1b4675"/><path d="M170 74 Q164 34 130 28 M178 74 Q184 30 220 26" stroke="#8fd3f0" stroke-width="9" fill="none" stroke-linecap="round"/>`,
  );
}

/** Degrees as EXIF writes them: degrees, minutes and hundredths of seconds. */
function degreesMinutesSeconds(degrees: number): string {
  const hundredths = Math.round(Math.abs(degrees) * 360_000);
  return `${Math.floor(hundredths / 360_000)}/1 ${Math.floor(hundredths / 6_000) % 60}/1 ${hundredths % 6_000}/100`;
}

interface Shot {
  readonly make: string;
  readonly model: string;
  readonly lens?: string;
  readonly taken: string;
  readonly millisecond?: string;
  readonly offset?: string;
  readonly place?: readonly [latitude: number, longitude: number, altitude: number];
  readonly description?: string;
  readonly exposure: readonly [time: string, aperture: string, iso: number, focalLength: number];
}

function exif(shot: Shot): Exif {
  const [time, aperture, iso, focalLength] = shot.exposure;
  const [latitude = 0, longitude = 0, altitude = 0] = shot.place ?? [];
  return {
    IFD0: {
      Make: shot.make,
      Model: shot.model,
      ...(shot.description && { ImageDescription: shot.description }),
    },
    IFD2: {
      DateTimeOriginal: shot.taken,
      ...(shot.millisecond && { SubSecTimeOriginal: shot.millisecond }),
      ...(shot.offset && { OffsetTimeOriginal: shot.offset }),
      ...(shot.lens && { LensModel: shot.lens }),
      ExposureTime: time,
      FNumber: aperture,
      ISOSpeedRatings: String(iso),
      FocalLength: `${focalLength}/1`,
    },
    ...(shot.place && {
      IFD3: {
        GPSLatitudeRef: latitude < 0 ? 'S' : 'N',
        GPSLatitude: degreesMinutesSeconds(latitude),
        GPSLongitudeRef: longitude < 0 ? 'W' : 'E',
        GPSLongitude: degreesMinutesSeconds(longitude),
        GPSAltitude: `${altitude}/1`,
      },
    }),
  };
}

const lisbon: Shot = {
  make: 'Canon',
  model: 'Canon EOS R6',
  lens: 'RF24-105mm F4 L IS USM',
  taken: '2023:08:19 20:21:47',
  millisecond: '35',
  offset: '+01:00',
  place: [38.7806, -9.4989, 140],
  description: 'Sunset at Cabo da Roca',
  exposure: ['1/250', '8/1', 100, 35],
};
const portland: Shot = {
  make: 'Google',
  model: 'Pixel 8',
  taken: '2024:06:02 11:05:09',
  millisecond: '482',
  offset: '-04:00',
  place: [43.6231, -70.2079, 18],
  description: 'Portland Head Light',
  exposure: ['1/1250', '168/100', 42, 7],
};

const jpeg = (picture: Sharp, quality = 80) => picture.jpeg({ quality, mozjpeg: true });

const samples: Readonly<Record<string, () => Sharp>> = {
  'sunset.jpg': () => jpeg(sharp(sunset())).withExif(exif(lisbon)),
  'sunset-small.jpg': () => jpeg(sharp(sunset()).resize(300)).withExif(exif(lisbon)),
  'sunset-recompressed.jpg': () => jpeg(sharp(sunset()), 35).withExif(exif(lisbon)),
  'sunset-brighter.jpg': () => jpeg(sharp(sunset()).modulate({ brightness: 1.12 })).withExif(exif(lisbon)),
  'Mountains at dawn.jpg': () =>
    jpeg(sharp(mountains())).withExif(
      exif({
        make: 'NIKON CORPORATION',
        model: 'NIKON Z 6_2',
        lens: 'NIKKOR Z 24-70mm f/4 S',
        taken: '2021:10:03 07:12:30',
        offset: '+02:00',
        place: [46.5763, 7.9904, 2061],
        description: 'Morning in the Bernese Alps',
        exposure: ['1/125', '11/1', 64, 28],
      }),
    ),
  '東京の夜.jpg': () =>
    jpeg(sharp(cityAtNight())).withExif(
      exif({
        make: 'SONY',
        model: 'ILCE-7M4',
        lens: 'FE 35mm F1.4 GM',
        taken: '2022:11:25 19:48:03',
        millisecond: '907',
        offset: '+09:00',
        place: [35.6586, 139.7454, 25],
        description: 'SONY DSC',
        exposure: ['1/30', '14/10', 3200, 35],
      }),
    ),
  'lighthouse.jpg': () => jpeg(sharp(lighthouse())).withExif(exif(portland)),
  'lighthouse-rotated.jpg': () =>
    jpeg(sharp(lighthouse()).rotate(-90)).withExif(exif(portland)).withMetadata({ orientation: 6 }),
  'Tulpen 🌷 Keukenhof.webp': () =>
    sharp(tulips())
      .webp({ quality: 72 })
      .withExif(
        exif({
          make: 'Apple',
          model: 'iPhone 15 Pro',
          lens: 'iPhone 15 Pro back triple camera 6.765mm f/1.78',
          taken: '2025:04:21 14:36:55',
          millisecond: '018',
          offset: '+02:00',
          place: [52.2697, 4.5466, 2],
          description: 'Tulips at Keukenhof',
          exposure: ['1/900', '178/100', 80, 7],
        }),
      ),
  'غروب في الصحراء.jpg': () =>
    jpeg(sharp(desert())).withExif(
      exif({
        make: 'FUJIFILM',
        model: 'X-T5',
        lens: 'XF16-55mmF2.8 R LM WR',
        taken: '2019:03:30 17:55:12',
        place: [31.1499, -3.976, 742],
        description: 'Caravan in Erg Chebbi',
        exposure: ['1/400', '56/10', 160, 16],
      }),
    ),
  'aurora.jpg': () =>
    jpeg(sharp(aurora())).withExif(
      exif({
        make: 'OM Digital Solutions',
        model: 'OM-1',
        taken: '2024:02:11 23:02:40',
        offset: '+01:00',
        place: [69.6492, 18.9553, 65],
        description: 'OLYMPUS DIGITAL CAMERA',
        exposure: ['8/1', '18/10', 1600, 8],
      }),
    ),
  'fog.jpg': () =>
    jpeg(sharp(forest()).toColourspace('b-w')).withExif(
      exif({
        make: 'LEICA CAMERA AG',
        model: 'LEICA M11 Monochrom',
        taken: '2023:11:05 08:30:00',
        offset: '+01:00',
        description: 'Forest in fog',
        exposure: ['1/60', '4/1', 400, 50],
      }),
    ),
  'autumn.png': () => sharp(autumn()).png({ palette: true, colours: 32, dither: 0 }),
  'moon-16bit.tiff': () =>
    sharp(moon()).removeAlpha().toColourspace('grey16').tiff({ compression: 'lzw', predictor: 'horizontal' }),
  'balloons.gif': () =>
    sharp([0, 1, 2, 3, 2, 1].map(balloons), { join: { animated: true } }).gif({
      delay: Array(6).fill(220),
      colours: 32,
      dither: 0,
    }),
  'Zürichsee im Frühling.png': () =>
    sharp(lake())
      .removeAlpha()
      .png({ compressionLevel: 9 })
      .withExif({
        IFD0: { Software: 'Janus samples', ImageDescription: 'Sailing boats on Lake Zurich' },
        IFD2: { DateTimeOriginal: '2020:05:17 15:20:00', OffsetTimeOriginal: '+02:00' },
      }),
  'whale sticker.png': () => sharp(whale()).png({ compressionLevel: 9 }),
};

await mkdir(folder, { recursive: true });
let total = 0;
for (const [name, draw] of Object.entries(samples)) {
  const { size } = await draw().toFile(join(folder, name));
  total += size;
  console.log(`${String(size).padStart(7)}  ${name}`);
}
console.log(`${String(total).padStart(7)}  in ${Object.keys(samples).length} files`);
