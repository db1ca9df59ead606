import { FAST_READING, proofOf, type Call, type Workload } from './workload.js';
import type { Dataset } from '../dataset.js';
import { some } from '../random-choice.js';
import { listsWithOwners } from '../sides/janus-side.js';

const SAMPLES = 20;

function reading(title: string, calls: (count: number) => readonly Call[]): Workload {
  return {
    title,
    targets: FAST_READING,
    atOnce: true,
    reads: true,
    calls,
    proof: () => proofOf(calls(SAMPLES)),
  };
}

export function readingWorkloads({ ids, keys, loaded }: Dataset): readonly Workload[] {
  const findById = reading('find by id', (count) => some(ids, count).map((id) => (side) => side.find(id)));
  const findByHash = reading('find by owner and hash', (count) =>
    some(keys, count).map(
      ({ ownerId, sha256 }) =>
        (side) =>
          side.findByHash(ownerId, sha256),
    ),
  );
  const page = reading('keyset page of 50', (count) =>
    some(loaded.places, count).map((place) => (side) => side.page(place)),
  );
  const pageWithOwners = reading('page of 50 with tags and owner', (count) =>
    some(loaded.ownedPlaces, count).map((place) => (side) => side.pageWithOwners(place)),
  );
  return [
    findById,
    findByHash,
    page,
    listsWithOwners(loaded.images) ? pageWithOwners : { ...pageWithOwners, missing: 'not in this build' },
  ];
}
