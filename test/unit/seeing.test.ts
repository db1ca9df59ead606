import { expect } from 'chai';
// Not among what the package exports; they are told by their files.
import { addressOf } from '../../packages/knex/dist/src/dialects/address.js';
import { compared } from '../../packages/knex/dist/src/health.js';

describe('where a database is, as it is told to those who watch', () => {
  it('is its system, name, host and port, and nothing that logs in', () => {
    expect(addressOf('mysql', 'mysql://ada:b3hu1t@db.example.org:3307/photos?charset=utf8mb4')).to.deep.equal({
      system: 'mysql',
      name: 'photos',
      host: 'db.example.org',
      port: 3307,
    });
  });

  it('has no port where that is the usual one, nor a name where none is given', () => {
    expect(addressOf('postgresql', 'postgres://db.example.org')).to.deep.equal({
      system: 'postgresql',
      host: 'db.example.org',
    });
  });

  it('has the host and the name as they are, and not as a URL writes them', () => {
    expect(addressOf('postgresql', 'postgres://%2Fvar%2Frun/my%20photos')).to.deep.equal({
      system: 'postgresql',
      name: 'my photos',
      host: '/var/run',
    });
  });

  it('is the system alone where the URL cannot be read', () => {
    expect(addressOf('mysql', 'mysql://ada:b3hu#1t@db.example.org/photos')).to.deep.equal({ system: 'mysql' });
  });
});

describe('what has been migrated', () => {
  const known = ['1_first', '2_second'];

  it('is current when it is all that this version knows', () => {
    expect(compared(known, known)).to.deep.equal({ state: 'current' });
  });

  it('is none when nothing was', () => {
    expect(compared(known, [])).to.deep.equal({ state: 'none' });
  });

  it('is behind when some is missing', () => {
    expect(compared(known, ['1_first'])).to.deep.equal({ state: 'behind', missing: ['2_second'], unknown: [] });
  });

  it('is ahead when there is more', () => {
    expect(compared(known, [...known, '3_third'])).to.deep.equal({ state: 'ahead', unknown: ['3_third'] });
  });

  it('is behind, with what is unknown, when some is missing and there is other', () => {
    expect(compared(known, ['1_first', '2_other'])).to.deep.equal({
      state: 'behind',
      missing: ['2_second'],
      unknown: ['2_other'],
    });
  });
});
