const BYTE = 1;
const LONG = 4;
const IFD = 13;

interface Entry {
  readonly type: number;
  readonly count: number;
}

const isText = ({ type }: Entry) => type === BYTE;
const isPointer = ({ type, count }: Entry) => (type === LONG || type === IFD) && count === 1;

/**
 * The tags ExifReader 4.46 takes to be well-formed. Of a Windows text that is one LONG it makes an array of that many
 * bytes, and the process ends; after a pointer that is no place it looks outside the bytes, fails, and has no tags at all.
 */
const TRUSTED: Readonly<Record<number, (entry: Entry) => boolean>> = {
  0x8769: isPointer, // Exif
  0x8825: isPointer, // GPS
  0xa005: isPointer, // interoperability
  0x9c9b: isText, // XPTitle
  0x9c9e: isText, // XPKeywords
};

/** ExifReader needs some 50 bytes of memory for each byte of a text. */
const READS = 1_000_000;

/**
 * Bytes as ExifReader may look at them: no more than a million times, and without the entries of a directory that it
 * cannot bear, which have the number 0 here, a tag that nobody asks for.
 */
export class GuardedView extends DataView<ArrayBuffer> {
  #reads = 0;

  override getUint8(at: number): number {
    this.#count();
    return super.getUint8(at);
  }

  override getUint16(at: number, little?: boolean): number {
    this.#count();
    const value = super.getUint16(at, little);
    const isTrusted = TRUSTED[value];
    if (!isTrusted || at + 8 > this.byteLength) return value;
    return isTrusted({ type: super.getUint16(at + 2, little), count: super.getUint32(at + 4, little) }) ? value : 0;
  }

  override getUint32(at: number, little?: boolean): number {
    this.#count();
    return super.getUint32(at, little);
  }

  override getInt32(at: number, little?: boolean): number {
    this.#count();
    return super.getInt32(at, little);
  }

  #count(): void {
    this.#reads += 1;
    if (this.#reads > READS) throw new RangeError(`of more than ${READS} values`);
  }
}
