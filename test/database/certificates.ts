import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Certificate } from '../../scripts/test/engine.js';

/** A certificate for a host that nobody has signed but itself, made by the openssl of this machine; and its file. */
export async function selfSigned(folder: string, host: string): Promise<Certificate & { readonly file: string }> {
  const file = join(folder, `${host}.crt`);
  const key = join(folder, `${host}.key`);
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const names = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
  await promisify(execFile)('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', file]);
  return { file, certificate: await readFile(file, 'utf8'), key: await readFile(key, 'utf8') };
}
