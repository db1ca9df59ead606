import { expect } from 'chai';
import * as fc from 'fast-check';
import { FIRST_INSTANT, firstIdAt, idTime, InvalidError, LAST_INSTANT, newId, type UserId } from '@janus/core';
import { check, identify, userId } from '@janus/core/adapter';

const instants = fc.date({ min: FIRST_INSTANT, max: LAST_INSTANT, noInvalidDate: true });

describe('an id', () => {
  it('is a UUID of version 7 in lower case', () => {
    for (const id of [newId(), newId(FIRST_INSTANT), newId(LAST_INSTANT)]) {
      expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it('carries the instant it was made for, to the millisecond', () => {
    fc.assert(
      fc.property(instants, (at) => {
        expect(idTime(newId(at)).getTime()).to.equal(at.getTime());
      }),
    );
    for (const at of [FIRST_INSTANT, LAST_INSTANT]) expect(idTime(newId(at))).to.deep.equal(at);
  });

  it('carries the time it was made at, if none is said', () => {
    const before = Date.now();
    const time = idTime(newId()).getTime();
    expect(time).to.be.within(before, Date.now());
  });

  it('is never made twice, also not for one instant', () => {
    const at = new Date('2026-11-22T00:00:00Z');
    const ids = Array.from({ length: 20_000 }, (_, index) => newId(index % 2 === 0 ? at : undefined));
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it('comes after all that this process made for now before it', () => {
    const ids = Array.from({ length: 20_000 }, () => newId());
    expect(ids).to.deep.equal(ids.toSorted());
  });

  it('sorts as its time does', () => {
    fc.assert(
      fc.property(instants, instants, (a, b) => {
        fc.pre(a.getTime() !== b.getTime());
        expect(newId(a) < newId(b)).to.equal(a < b);
      }),
    );
  });

  it('is no smaller than the first of its millisecond, and smaller than the first of the next', () => {
    fc.assert(
      fc.property(instants, (at) => {
        const id = newId(at);
        expect(id >= firstIdAt(at)).to.equal(true);
        expect(id < firstIdAt(new Date(at.getTime() + 1))).to.equal(true);
      }),
    );
  });

  it('that is the first of an instant is an id itself, and carries that instant', () => {
    fc.assert(
      fc.property(instants, (at) => {
        const id = firstIdAt<'user'>(at);
        expect(check(userId, id)).to.equal(id);
        expect(idTime(id).getTime()).to.equal(at.getTime());
      }),
    );
  });

  it('that is the first of an instant before 1970 is the first of all', () => {
    expect(firstIdAt(new Date(-1))).to.equal(firstIdAt(FIRST_INSTANT));
  });

  it('is accepted as it was made, and in no other form', () => {
    const id = newId<'user'>();
    expect(check(userId, id)).to.equal(id);
    for (const other of [id.toUpperCase(), ` ${id}`, `${id} `, `${id}\n`, id.slice(1), `urn:uuid:${id}`, '', 7, null]) {
      expect(() => check(userId, other, 'id'))
        .to.throw(InvalidError)
        .with.include({ field: 'id', rule: 'format' });
    }
  });

  it('is of the years up to 2100', () => {
    expect(check(userId, newId(LAST_INSTANT))).to.be.a('string');
    expect(() => check(userId, newId(new Date(LAST_INSTANT.getTime() + 1)))).to.throw(InvalidError);
  });
});

describe('an id and an instant', () => {
  const at = new Date('2020-02-29T12:00:00.007Z');

  it('are both made if neither is given', () => {
    const made = identify<'user'>(undefined, undefined, 'createdAt');
    expect(made.at).to.deep.equal(idTime(made.id));
  });

  it('follow one from the other', () => {
    const id = newId<'user'>(at);
    expect(identify(id, undefined, 'createdAt')).to.deep.equal({ id, at });
    expect(idTime(identify<'user'>(undefined, at, 'createdAt').id)).to.deep.equal(at);
  });

  it('are taken as they are if they agree, and refused if they differ by a millisecond', () => {
    const id: UserId = newId(at);
    expect(identify(id, at, 'createdAt')).to.deep.equal({ id, at });
    for (const other of [at.getTime() - 1, at.getTime() + 1]) {
      expect(() => identify(id, new Date(other), 'createdAt'))
        .to.throw(InvalidError)
        .with.include({ field: 'createdAt', rule: 'agreement' });
    }
  });
});
