import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { type Client, type Engine, type Manner, openServer, type Running } from './engine.js';
import {
  certificateFiles,
  freePort,
  isRoot,
  keep,
  passwordIn,
  programFolders,
  serverFolder,
} from './private-server.js';

type Name = 'mysql' | 'mariadb';

// A program and a server of either name may be the other in disguise: distributions link mysqld to mariadbd.
const kindOf = (answer: string): Name => (/mariadb/i.test(answer) ? 'mariadb' : 'mysql');

const client = (name: Name): Client => ({
  version: (url) => version(name, url),
  run,
  count: (database) => `select count(*) from information_schema.schemata where schema_name = '${database}'`,
  create: (database) => `create database ${database}`,
  drop: (database) => `drop database if exists ${database}`,
});

async function version(name: Name, url: string): Promise<string> {
  const answer = String(await run(url, 'select version()'));
  if (kindOf(answer) !== name) throw new Error(`it is a server of ${kindOf(answer)}, ${answer}`);
  return answer.split('-')[0] ?? '';
}

async function run(url: string, statement: string): Promise<unknown> {
  const connection = await createConnection({ uri: url.replace(/^mariadb:/, 'mysql:'), connectTimeout: 5000 });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(statement);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await connection.end();
  }
}

const folders = [
  '/usr/sbin',
  '/usr/libexec',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/local/mysql/bin',
  '/usr/local/mariadb/bin',
  ...['mysql', 'mariadb'].flatMap((name) => [`/opt/homebrew/opt/${name}*/bin`, `/usr/local/opt/${name}*/bin`]),
];

function program(name: Name): string | undefined {
  return programFolders(folders)
    .flatMap((folder) => [join(folder, `${name}d`), join(folder, 'mysqld')])
    .filter((file) => existsSync(file))
    .find((file) => {
      try {
        return kindOf(execFileSync(file, ['--no-defaults', '--version'], { encoding: 'utf8', stdio: 'pipe' })) === name;
      } catch {
        return false;
      }
    });
}

/** The programs of a server, if this machine has them. */
function installed(name: Name): { readonly server: string; readonly installer: string | undefined } | null {
  const server = program(name);
  const installer = name === 'mariadb' ? mariadbInstaller(server) : undefined;
  return server === undefined || (name === 'mariadb' && installer === undefined) ? null : { server, installer };
}

/** Half of the memory, the least of what https://dev.mysql.com/doc/refman/9.1/en/innodb-buffer-pool-resize.html advises. */
const memorySettings = (name: Name, memory: number) => [
  `--innodb-buffer-pool-size=${Math.floor(memory / 2)}`,
  name === 'mysql' ? '--innodb-redo-log-capacity=4G' : '--innodb-log-file-size=4G',
];

async function start(name: Name, { durable, certificate, folder: staying, memory }: Manner): Promise<Running | null> {
  const programs = installed(name);
  if (!programs) return null;
  const { server, installer } = programs;

  const folder = await serverFolder(name, staying);
  const password = await passwordIn(join(folder, 'password'));
  const initial = join(folder, 'initial.sql');
  await writeFile(
    initial,
    `create user if not exists janus@'%' identified by '${password}';\ngrant all privileges on *.* to janus@'%' with grant option;\n`,
    { mode: 0o600 },
  );
  const port = await freePort();
  const files = certificate && (await certificateFiles(folder, certificate));
  const common = [
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    `--tmpdir=${folder}`,
    ...(isRoot() ? ['--user=root'] : []),
    ...(name === 'mysql' ? ['--secure-file-priv=NULL'] : []),
  ];
  const settings = [
    `--port=${port}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--init-file=${initial}`,
    '--skip-log-bin',
    '--sync-binlog=0',
    `--innodb-flush-log-at-trx-commit=${durable ? 2 : 0}`,
    '--innodb-doublewrite=0',
    ...(memory === undefined ? ['--innodb-buffer-pool-size=128M'] : memorySettings(name, memory)),
    // Far from UTC, so that nothing can rely on the server's own.
    '--default-time-zone=+05:30',
    ...(name === 'mysql' ? ['--mysqlx=OFF'] : []),
    ...(files ? [`--ssl-cert=${files.certificate}`, `--ssl-key=${files.key}`] : []),
  ];
  return keep(
    {
      folder,
      stays: staying !== undefined,
      // It is one process, and unless it stays nothing of its data is wanted.
      signal: staying === undefined ? 'SIGKILL' : 'SIGTERM',
      commands: [
        ...(existsSync(join(folder, 'data', 'mysql'))
          ? []
          : [
              installer === undefined
                ? ([server, ...common, '--initialize'] as const)
                : ([installer, ...common, '--skip-test-db', '--auth-root-authentication-method=socket'] as const),
            ]),
        [server, ...common, ...settings],
      ],
    },
    `${name}://janus:${password}@127.0.0.1:${port}`,
    (url) => version(name, url),
  );
}

function mariadbInstaller(server: string | undefined): string | undefined {
  const beside = server === undefined ? [] : ['../bin', '../scripts'].map((folder) => join(dirname(server), folder));
  return programFolders(beside)
    .toReversed()
    .flatMap((folder) => [join(folder, 'mariadb-install-db'), join(folder, 'mysql_install_db')])
    .find((file) => existsSync(file));
}

const engine = (name: Name, title: string, port: number): Engine => {
  const self: Engine = {
    name,
    variable: `JANUS_TEST_${name.toUpperCase()}_URL`,
    advice: `Install ${title}'s server; or
    docker compose up --wait ${name}
    export JANUS_TEST_${name.toUpperCase()}_URL=${name}://root:janus@127.0.0.1:${port}`,
    open: (manner = {}) => openServer(self, client(name), async () => start(name, manner)),
    isInstalled: () => installed(name) !== null,
    start: async (manner) => start(name, manner),
  };
  return self;
};

export const mysql = engine('mysql', 'MySQL', 53306);
export const mariadb = engine('mariadb', 'MariaDB', 53307);
