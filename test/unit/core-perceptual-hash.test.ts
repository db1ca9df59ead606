import { expect } from 'chai';
import * as fc from 'fast-check';
import { hammingDistance } from '@janus/core';

const hashes = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((bits) => bits.toString(16).padStart(16, '0'));

describe('the distance of two perceptual hashes', () => {
  for (const [a, b, distance] of [
    ['0000000000000000', '0000000000000000', 0],
    ['0000000000000000', '0000000000000001', 1],
    ['0000000000000000', '8000000000000000', 1],
    ['0000000000000000', 'ffffffffffffffff', 64],
    ['5555555555555555', 'aaaaaaaaaaaaaaaa', 64],
    ['00000000ffffffff', '0000000100000000', 33],
    ['f0f0f0f0f0f0f0f0', 'f0f0f0f0f0f0f0f7', 3],
  ] as const) {
    it(`is ${distance} between ${a} and ${b}`, () => {
      expect(hammingDistance(a, b)).to.equal(distance);
    });
  }

  it('is the number of bits that were turned', () => {
    fc.assert(
      fc.property(hashes, fc.uniqueArray(fc.nat(63), { maxLength: 64 }), (hash, turned) => {
        const bits = turned.reduce((value, bit) => value ^ (1n << BigInt(bit)), BigInt(`0x${hash}`));
        expect(hammingDistance(hash, bits.toString(16).padStart(16, '0'))).to.equal(turned.length);
      }),
    );
  });

  it('is the same both ways, and never more than by way of a third', () => {
    fc.assert(
      fc.property(hashes, hashes, hashes, (a, b, c) => {
        expect(hammingDistance(a, b)).to.equal(hammingDistance(b, a));
        expect(hammingDistance(a, c)).to.be.at.most(hammingDistance(a, b) + hammingDistance(b, c));
      }),
    );
  });
});
