import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConflictError, DuplicateError, JanusError, MissingReferenceError, TimeoutError } from '@janus/core';
import { Database } from '@janus/knex';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { refusal } from '../contract/store.js';
import { markedBy, markIn, told } from '../contract/told.js';
import { url } from './empty-database.js';

const marks = markedBy('', "'", '`', '"', "' for key 'x", '%', '😀');

/** Codes of each driver, and of Node, with what becomes of them where that is one thing. */
const CODES: Readonly<Record<string, Readonly<Record<string, typeof ConflictError | typeof TimeoutError | null>>>> = {
  sqlite: { SQLITE_BUSY: ConflictError, SQLITE_FULL: null, SQLITE_MISMATCH: null, SQLITE_TOOBIG: null },
  postgres: {
    '40001': ConflictError,
    '40P01': ConflictError,
    '57014': TimeoutError,
    '22P02': null,
    '22001': null,
    '42501': null,
  },
  mysql: {
    ER_LOCK_DEADLOCK: ConflictError,
    ER_QUERY_TIMEOUT: TimeoutError,
    ER_DATA_TOO_LONG: null,
    ER_TRUNCATED_WRONG_VALUE: null,
    ER_PARSE_ERROR: null,
    HANDSHAKE_SSL_ERROR: null,
  },
};
const ofNode = {
  ECONNREFUSED: null,
  ECONNRESET: null,
  ERR_INVALID_URL: null,
  ERR_TLS_CERT_ALTNAME_INVALID: null,
  unheard: null,
};

/** A driver's error with a value everywhere that one of them puts any. */
const errorOf = (code: string, value: string, message = `near "${value}": ${value}`): Error =>
  Object.assign(new Error(message, { cause: new Error(value) }), {
    code,
    detail: value,
    hint: value,
    where: value,
    internalQuery: value,
    input: value,
    host: value,
    sql: `select '${value}'`,
    sqlMessage: message,
    parameters: [value],
  });

describe('an error of the driver', () => {
  let database: Database;
  before(async function open() {
    database = await Database.open(url);
  });
  after(async () => database.close());

  const failureOf = async (error: Error, value: string) =>
    database.dialect.failure(error, { table: 'images', rows: [{ title: value }], target: null, ask: async () => [] });

  it('tells none of its values, whatever its code', async () => {
    const codes = Object.entries({
      ...CODES[database.dialect.name === 'mariadb' ? 'mysql' : database.dialect.name],
      ...ofNode,
    });
    await fc.assert(
      fc.asyncProperty(marks, async (marked) => {
        for (const [code, expected] of codes) {
          const failure = await failureOf(errorOf(code, marked.value), marked.value);
          expect(failure, code).to.be.instanceOf(expected ?? JanusError);
          expect(markIn(told(failure), marked), `${code}: ${told(failure)}`).to.equal(undefined);
        }
      }),
    );
  });

  if (url.startsWith('mysql') || url.startsWith('mariadb')) {
    it('tells the rule, and not the value before it that looks like one', async () => {
      await fc.assert(
        fc.asyncProperty(marks, async (marked) => {
          const taken = `Duplicate entry '${marked.value}' for key 'images.images_id_unique'`;
          const duplicate = await failureOf(errorOf('ER_DUP_ENTRY', marked.value, taken), marked.value);
          expect(duplicate).to.be.instanceOf(DuplicateError).and.include({ rule: 'images_id_unique' });
          expect(markIn(told(duplicate), marked)).to.equal(undefined);
          const nowhere =
            'Cannot add or update a child row: a foreign key constraint fails (`janus`.`images`, CONSTRAINT `images_owner_id_foreign` FOREIGN KEY (`owner_id`) REFERENCES `users` (`id`))';
          const missing = await failureOf(errorOf('ER_NO_REFERENCED_ROW_2', marked.value, nowhere), marked.value);
          expect(missing).to.be.instanceOf(MissingReferenceError).and.include({ rule: 'images_owner_id_foreign' });
          expect(markIn(told(missing), marked)).to.equal(undefined);
        }),
      );
    });
  }

  it('of a statement that an application gives to Knex itself has no value that was bound', async () => {
    await fc.assert(
      fc.asyncProperty(marks, async (marked) => {
        const { knex } = database;
        const error = await refusal((async () => knex('no_such_table').where({ title: marked.value }))());
        expect(markIn(`${error.message} ${error.stack}`, marked)).to.equal(undefined);
      }),
      { numRuns: 10 },
    );
  });
});

/** What a process prints in which a value is stored, refused, found and looked for. */
async function printed(DEBUG: string, value: string): Promise<string> {
  const child = join(import.meta.dirname, 'debug-child.ts');
  const run = promisify(execFile);
  const { stdout, stderr } = await run(process.execPath, ['--import', 'tsx/esm', child, value], {
    env: { ...process.env, DEBUG },
  });
  return stdout + stderr;
}

describe('what DEBUG prints', () => {
  const [marked = { value: '', marks: [] }] = fc.sample(markedBy("'"), 1);

  it('for knex:query is SQL without values', async () => {
    const text = await printed('knex:query', marked.value);
    expect(text)
      .to.match(/insert into .users/)
      .and.match(/select .* from .users/);
    expect(markIn(text, marked), text).to.equal(undefined);
  });

  it('for knex:bindings is values, for whoever asks for them', async () => {
    expect(markIn(await printed('knex:bindings', marked.value), marked)).to.equal(marked.marks[0]);
  });

  it('is nothing, where DEBUG is not set', async () => {
    expect(await printed('', marked.value)).to.equal('');
  });
});
