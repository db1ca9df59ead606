import type { Dataset } from '../dataset.js';
import { proofOf, type Workload } from './workload.js';

const COMMON = 8;

/** A page of the newest images that have both of two tags: `tags` are in the order of how many images have them. */
export function taggedWorkloads({ loaded: { tags, pairs: together } }: Dataset): readonly Workload[] {
  const common = tags.slice(0, COMMON);
  const rare = tags.slice(-Math.floor(tags.length / 3));
  const aims = { sqlite: 4 };
  const ofCommon = common.flatMap((a, index) => common.slice(index + 1).map((b) => pair(a, b)));
  const kinds = [
    { kind: 'common, common', targets: aims, pairs: ofCommon },
    { kind: 'common, rare', targets: aims, pairs: rare.map((b, index) => pair(common[index % COMMON] ?? b, b)) },
    { kind: 'rare, often both', targets: aims, pairs: together },
    // Hardly an image has both: the page is empty.
    { kind: 'rare, seldom both', targets: {}, pairs: rare.slice(1).map((b, index) => pair(rare[index] ?? b, b)) },
  ];
  return kinds.map(({ kind, targets, pairs }) => {
    const calls: Workload['calls'] = (count) =>
      Array.from({ length: count }, (_, index) => {
        const tagsOfCall = pairs[index % pairs.length] ?? pair('', '');
        return (side) => side.pageTagged(tagsOfCall, 'ready');
      });
    return {
      title: `page of 50 with two tags: ${kind}`,
      targets,
      atOnce: true,
      reads: true,
      calls,
      proof: () => proofOf(calls(pairs.length)),
    };
  });
}

const pair = (a: string, b: string): readonly [string, string] => [a, b];
