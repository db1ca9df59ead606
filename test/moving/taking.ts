import { adopt, check, type AdoptOptions, type AdoptResult, type RowNotTaken } from '@janus/cli';
import type { Image, JsonObject, LogEntry } from '@janus/core';
import { expect } from 'chai';
import { useHouses, type House } from './houses.js';
import { usePrototypes, type Prototype, type Version } from './prototype.js';

/** A database of the prototype's, and what it is taken over into. */
export interface Taking {
  readonly to: House;
  readonly from: Prototype;
  /** Takes it over, and looks whether the target is sound. */
  readonly take: (
    options?: AdoptOptions,
  ) => Promise<
    AdoptResult & { readonly refused: readonly RowNotTaken[]; readonly taken: Readonly<Record<string, number>> }
  >;
  /** The only image of the target. */
  readonly image: () => Promise<Image>;
  /** Log entries of the target, the newest first. */
  readonly entries: (module: string) => Promise<readonly LogEntry[]>;
}

/** From which row something came. */
export const prototypeOf = (made: { readonly metadata: JsonObject } | undefined) =>
  made?.metadata['prototype'] as JsonObject;

/** Gives the tests of a `describe` a new database of the prototype's each, and an empty target. */
export function useTaking(name: string): (version: Version) => Taking {
  const house = useHouses();
  const prototype = usePrototypes();
  return (version) => {
    const to = house(name);
    const from = prototype(version);
    return {
      to,
      from,
      async take(options) {
        const refused: RowNotTaken[] = [];
        const result = await adopt(from.path, to.url, { ...options, onRefused: (row) => refused.push(row) });
        expect(refused.length).to.equal(result.tables.reduce((sum, table) => sum + table.refused, 0));
        expect((await check(to.url)).outcome).to.equal('sound');
        const taken = Object.fromEntries(result.tables.map((table) => [table.name, table.taken]));
        return { ...result, refused, taken };
      },
      async image() {
        const { items } = await to.store.images.list();
        expect(items).to.have.lengthOf(1);
        return items[0] as Image;
      },
      entries: async (module) => (await to.store.logs.list({ where: { module } })).items,
    };
  };
}
