import { expect } from 'chai';
import * as fc from 'fast-check';
import { DuplicateError, InvalidError, type NewUser } from '@janus/core';
import { newUser, next, refusal, useStore } from './store.js';

describe('the normal form of users', () => {
  const store = useStore();

  const kay = { email: 'kay@example.org', username: 'kay mcnulty' };
  const spellings = [
    { how: 'in other letter case', email: 'Kay@EXAMPLE.org', username: 'Kay McNULTY' },
    { how: 'with a trailing space', email: 'kay@example.org ', username: 'kay mcnulty ' },
    { how: 'with a leading tab', email: '\tkay@example.org', username: '\tkay mcnulty' },
    { how: 'with a trailing no-break space', email: 'kay@example.org\u00a0', username: 'kay mcnulty\u00a0' },
    { how: 'in full-width letters', email: 'Ｋａｙ＠ｅｘａｍｐｌｅ．ｏｒｇ', username: 'Ｋａｙ　ｍｃｎｕｌｔｙ' },
    { how: 'with the Kelvin sign for a k', email: '\u212aay@example.org', username: '\u212aay mcnulty' },
  ];

  for (const { how, ...given } of spellings) {
    it(`is what is stored of an e-mail and a username ${how}`, async () => {
      expect(await store.users.create(given)).to.include(kay);
    });

    it(`refuses a second user with the same e-mail ${how}`, async () => {
      await store.users.create({ ...kay, username: 'first' });
      const error = await refusal(store.users.create({ email: given.email, username: 'second' }));
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'users_email_unique' });
    });

    it(`refuses a second user with the same username ${how}`, async () => {
      await store.users.create({ ...kay, email: 'first@example.org' });
      const error = await refusal(store.users.create({ email: 'second@example.org', username: given.username }));
      expect(error).to.be.instanceOf(DuplicateError).and.include({ rule: 'users_username_unique' });
    });

    it(`finds a user by e-mail, by username, and for a login ${how}`, async () => {
      const user = await store.users.create(kay);
      expect(await store.users.findByEmail(given.email)).to.deep.equal(user);
      expect(await store.users.findByUsername(given.username)).to.deep.equal(user);
      await store.users.setPasswordHash(user.id, '$argon2id$');
      expect((await store.users.findCredentials(given.email))?.userId).to.equal(user.id);
    });

    it(`refuses to update a user to another's e-mail or username ${how}`, async () => {
      await store.users.create(kay);
      const user = await store.users.create(newUser());
      expect(await refusal(store.users.update(user.id, { email: given.email })))
        .to.be.instanceOf(DuplicateError)
        .and.include({ rule: 'users_email_unique' });
      expect(await refusal(store.users.update(user.id, { username: given.username })))
        .to.be.instanceOf(DuplicateError)
        .and.include({ rule: 'users_username_unique' });
      expect(await store.users.get(user.id)).to.deep.equal(user);
    });
  }

  it('lets a user spell its own e-mail and username anew', async () => {
    const { id } = await store.users.create(kay);
    expect(await store.users.update(id, { email: 'KAY@example.ORG', username: 'Kay McNulty ' })).to.include(kay);
  });

  it('is not so wide that letters with and without accent, or of other scripts, are one', async () => {
    for (const name of [
      'jose',
      'josé',
      'joße',
      'josse',
      'jøse',
      'ジョセ',
      'じょせ',
      'ｼﾞｮ せ',
      'jo se',
      'jo  se',
      'jo-se',
    ]) {
      const user = await store.users.create({ email: `${name.replace(/\s+/gu, '_')}@${next()}.org`, username: name });
      expect(await store.users.findByUsername(name)).to.deep.equal(user);
    }
    expect((await store.users.list()).items).to.have.length(11);
  });

  it('tells e-mails apart that differ in an accent or a sharp s', async () => {
    for (const name of ['jose', 'josé', 'josse', 'joße']) {
      await store.users.create({ ...newUser(), email: `${name}@example.org` });
    }
    expect((await store.users.list()).items).to.have.length(4);
  });

  it('is measured, not what was given', async () => {
    const name = 'a'.repeat(64);
    expect(await store.users.create({ ...newUser(), username: `  ${name}  ` })).to.include({ username: name });
    // One character that is eighteen in its normal form.
    const error = await refusal(store.users.create({ ...newUser(), username: '\ufdfa'.repeat(4) }));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'username', rule: 'length' });
  });

  it('is measured in code points', async () => {
    const username = '😀'.repeat(64);
    const { id } = await store.users.create({ ...newUser(), username });
    expect((await store.users.get(id)).username).to.equal(username);
    const error = await refusal(store.users.create({ ...newUser(), username: `${username}😀` }));
    expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'username', rule: 'length' });
  });

  it('may be as long as 254 characters of an e-mail', async () => {
    const email = `${'é'.repeat(242)}@example.org`;
    const { id } = await store.users.create({ ...newUser(), email });
    expect((await store.users.get(id)).email).to.equal(email);
    expect(await refusal(store.users.create({ ...newUser(), email: `e${email}` })))
      .to.be.instanceOf(InvalidError)
      .and.include({ field: 'email', rule: 'length' });
  });

  for (const email of [
    'ada',
    '@example.org',
    'ada@',
    '@',
    'ada lovelace@example.org',
    'a@b@c',
    'ada@exam ple.org',
    ' ',
  ]) {
    it(`is no e-mail: “${email}”`, async () => {
      const error = await refusal(store.users.create({ ...newUser(), email }));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'email' });
      expect((await store.users.list()).items).to.deep.equal([]);
    });
  }

  for (const [name, username] of Object.entries({ empty: '', blank: ' \u3000\t', 'a line break inside': 'a\nb' })) {
    it(`is no username: ${name}`, async () => {
      const error = await refusal(store.users.create({ ...newUser(), username }));
      expect(error).to.be.instanceOf(InvalidError).and.include({ field: 'username' });
    });
  }

  const names = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom(...Array.from('aAäÄßẞİıΣσςﬁＡ\u0345\u0301\u212a \u00a0')),
      minLength: 1,
      maxLength: 8,
    }),
  );

  it('of any name finds the user again, as does what was given; and its own normal form is itself', async () => {
    await fc.assert(
      fc.asyncProperty(names, async (username) => {
        await store.unitOfWork.run(async () => {
          const given: NewUser = { ...newUser(), username };
          let user;
          try {
            user = await store.users.create(given);
          } catch (error) {
            expect(error).to.be.instanceOf(InvalidError);
            return;
          }
          expect(await store.users.get(user.id)).to.deep.equal(user);
          expect(await store.users.findByUsername(username)).to.deep.equal(user);
          expect(await store.users.findByUsername(user.username)).to.deep.equal(user);
          expect((await store.users.update(user.id, { username: user.username })).username).to.equal(user.username);
          await store.users.remove(user.id);
        });
      }),
      { numRuns: 150 },
    );
  });
});
