import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { InvalidError } from '@janus/core';

/** How a server's certificate is verified, in Node's words, which both drivers take. */
interface Verification {
  /** The certificates of the authorities that are trusted, in PEM; those of Node, if left out. */
  readonly ca?: string;
  /** Said, so that NODE_TLS_REJECT_UNAUTHORIZED does not say otherwise. */
  readonly rejectUnauthorized: true;
}

/** What a server's URL says of encryption, and the rest of it. */
interface Encryption {
  /** The URL without that. */
  readonly url: string;
  /** false: not encrypted; undefined: the URL does not say. */
  readonly verify: Verification | false | undefined;
}

const MODES: Readonly<Record<string, boolean>> = {
  disable: false,
  // Both verify: to encrypt for whoever answers would keep nobody out who can come between.
  require: true,
  'verify-full': true,
};

const refused = (rule: string, allowed: string) => new InvalidError('url', rule, allowed);

/**
 * What a URL says of encryption: `?sslmode=verify-full`, and `&sslrootcert=` with a file of certificates to trust. The same for
 * every server, and verified, whatever the driver would make of such words.
 * @throws InvalidError when it says it in other words, for what is passed over would go unencrypted
 */
export function encryptionOf(url: string): Encryption {
  const [address = '', query = ''] = url.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const said = [...parameters.keys()].filter((name) => /^(?:ssl|tls)/i.test(name));
  if (said.length === 0) return { url, verify: undefined };
  if (said.some((name) => name !== 'sslmode' && name !== 'sslrootcert') || new Set(said).size < said.length) {
    throw refused('unknown', 'sslmode=verify-full and sslrootcert=<file>, each once, are what it may say of TLS');
  }
  const wanted = MODES[parameters.get('sslmode') ?? ''];
  if (wanted === undefined) throw refused('choice', `sslmode is one of ${Object.keys(MODES).join(', ')}`);
  const file = parameters.get('sslrootcert');
  for (const name of said) parameters.delete(name);
  const rest = parameters.size > 0 ? `${address}?${parameters.toString()}` : address;
  if (!wanted) return { url: rest, verify: false };
  // The driver of MySQL and MariaDB would ask for a certificate of "localhost" instead.
  if (isIP(hostOf(address)) !== 0)
    throw refused('host', 'a host name, as its certificate has it, for sslmode=verify-full');
  return { url: rest, verify: { rejectUnauthorized: true, ...(file !== null && { ca: certificates(file) }) } };
}

/** The host of a URL, or nothing of one that has none, such as a socket's. */
const hostOf = (address: string): string =>
  URL.canParse(address) ? new URL(address).hostname.replaceAll(/^\[|\]$/g, '') : '';

function certificates(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch {
    // Told below: what Node says of it has the path.
  }
  throw refused('sslrootcert', 'sslrootcert names a file of certificates in PEM that can be read');
}
