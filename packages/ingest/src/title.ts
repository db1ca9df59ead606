import type { Tags } from './tags.js';

/** What cameras and programs write where a person's words belong. */
const PLACEHOLDERS = [
  /^[A-Z0-9 .,&-]*DIGITAL (STILL )?CAMERA$/, // OLYMPUS, MINOLTA, SANYO …
  /^SONY DSC$/,
  /^exif[ _-]jpeg[ _-]picture$/i,
  /^(default|untitled|ascii|image|photo|picture|title|description|dsc)$/i,
  /^created with (the )?gimp$/i,
  /^dcim[\\/]/i,
  /^<?digimax/i,
];

/** Scene codes of the cameras in Huawei's and Honor's telephones: `cof`, `hdrpl`, `oznor`, `rbtmdn` … */
const SCENE_CODE = /^[a-z_]{3,8}$/;

/** The words on a picture, a title and a longer description, as far as a person seems to have written them. */
export function captions(tags: Tags): { readonly title: string | null; readonly description: string | null } {
  const make = tags.text('Make');
  const model = tags.text('Model');
  const meant = (words: string | null | undefined): string | null => {
    if (!words || !/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(words)) return null;
    if (words === make || words === model || words === `${make} ${model}`) return null;
    if (PLACEHOLDERS.some((pattern) => pattern.test(words))) return null;
    return /^(huawei|honor)$/i.test(make ?? '') && SCENE_CODE.test(words) ? null : words;
  };
  const description =
    meant(tags.text('ImageDescription')) ??
    meant(tags.iptcTexts('Caption/Abstract')[0]) ??
    meant(tags.xmpTexts('description')[0]);
  const title =
    meant(tags.wideText('XPTitle')) ??
    meant(tags.iptcTexts('Object Name')[0]) ??
    meant(tags.xmpTexts('title')[0]) ??
    description;
  return { title, description };
}
