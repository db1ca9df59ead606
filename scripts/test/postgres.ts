import { existsSync } from 'node:fs';
import { chown } from 'node:fs/promises';
import { join } from 'node:path';
import { Client as Connection } from 'pg';
import { type Client, type Engine, type Manner, openServer, type Running } from './engine.js';
import {
  certificateFiles,
  freePort,
  isRoot,
  keep,
  passwordIn,
  programFolders,
  serverFolder,
  userNamed,
} from './private-server.js';

const client: Client = {
  version,
  run,
  count: (database) => `select count(*) from pg_database where datname = '${database}'`,
  create: (database) => `create database ${database} encoding 'UTF8' template template0`,
  drop: (database) => `drop database if exists ${database} with (force)`,
};

async function version(url: string): Promise<string> {
  const answer = await run(url, 'show server_version');
  return String(answer).split(' ')[0] ?? '';
}

async function run(url: string, statement: string): Promise<unknown> {
  const connection = new Connection({ connectionString: url, connectionTimeoutMillis: 5000 });
  // A server that ends while nothing is asked says so here; whoever asks next learns it then.
  connection.on('error', () => {});
  await connection.connect();
  try {
    const { rows } = await connection.query<unknown[]>({ text: statement, rowMode: 'array' });
    return rows[0]?.[0];
  } finally {
    await connection.end();
  }
}

/** The folder of its programs, if this machine has them. */
const programs = (): string | undefined =>
  programFolders([
    '/usr/lib/postgresql/*/bin',
    '/usr/pgsql-*/bin',
    '/usr/local/pgsql/bin',
    '/opt/homebrew/opt/postgresql*/bin',
    '/usr/local/opt/postgresql*/bin',
    '/Applications/Postgres.app/Contents/Versions/*/bin',
  ]).find((folder) => ['postgres', 'initdb'].every((program) => existsSync(join(folder, program))));

/** What https://www.postgresql.org/docs/current/runtime-config-resource.html and populate.html there advise, in kB. */
const memorySettings = (memory: number) => ({
  shared_buffers: `${Math.floor(memory / 4 / 1024)}kB`,
  effective_cache_size: `${Math.floor(memory / 2 / 1024)}kB`,
  maintenance_work_mem: `${Math.floor(memory / 32 / 1024)}kB`,
  max_wal_size: '4GB',
});

async function start({ durable, certificate, folder: staying, memory }: Manner): Promise<Running | null> {
  const installed = programs();
  if (installed === undefined) return null;

  const user = isRoot() ? userNamed('postgres', 'nobody') : undefined;
  const folder = await serverFolder('postgres', staying, user);
  const passwordFile = join(folder, 'password');
  const password = await passwordIn(passwordFile);
  if (user) await chown(passwordFile, user.uid, user.gid);
  const data = join(folder, 'data');
  const port = await freePort();
  const files = certificate && (await certificateFiles(folder, certificate, user));
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    fsync: 'off',
    synchronous_commit: durable ? 'on' : 'off',
    full_page_writes: 'off',
    autovacuum: 'off',
    // Far from UTC, so that nothing can rely on the server's own.
    timezone: 'Asia/Kolkata',
    ...(memory !== undefined && memorySettings(memory)),
    ...(files && { ssl: 'on', ssl_cert_file: files.certificate, ssl_key_file: files.key }),
  };
  return keep(
    {
      folder,
      user,
      stays: staying !== undefined,
      // Unless its data stays, an immediate end, without a checkpoint.
      signal: staying === undefined ? 'SIGQUIT' : 'SIGINT',
      commands: [
        ...(existsSync(join(data, 'PG_VERSION'))
          ? []
          : [
              [
                join(installed, 'initdb'),
                `--pgdata=${data}`,
                '--username=postgres',
                `--pwfile=${passwordFile}`,
                '--auth=scram-sha-256',
                '--encoding=UTF8',
                '--locale=C',
                '--no-sync',
              ] as const,
            ]),
        [
          join(installed, 'postgres'),
          '-D',
          data,
          ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ],
      ],
    },
    `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    version,
  );
}

export const postgres: Engine = {
  name: 'postgres',
  variable: 'JANUS_TEST_POSTGRES_URL',
  advice: `Install PostgreSQL's server; or
    docker compose up --wait postgres
    export JANUS_TEST_POSTGRES_URL=postgres://postgres:janus@127.0.0.1:55432/postgres`,
  open: (manner = {}) => openServer(postgres, client, async () => start(manner)),
  isInstalled: () => programs() !== undefined,
  start,
};
