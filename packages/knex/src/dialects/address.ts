/** Where a database is, in the words of OpenTelemetry's conventions; nothing that logs in to it. */
export interface Address {
  /** `db.system.name` */
  readonly system: string;
  /** `db.namespace`: its name on its server, or its file. */
  readonly name?: string;
  readonly host?: string;
  /** Where it is not the system's own. */
  readonly port?: number;
}

/** Where a URL finds a server's database; what is not said in it, or not readable, is left out. */
export function addressOf(system: string, url: string): Address {
  if (!URL.canParse(url)) return { system };
  const { hostname, port, pathname } = new URL(url);
  return {
    system,
    ...(pathname.length > 1 && { name: decoded(pathname.slice(1)) }),
    ...(hostname !== '' && { host: decoded(hostname) }),
    ...(port !== '' && { port: Number(port) }),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
