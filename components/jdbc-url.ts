/** Where a database is reached. */
interface Address {
  host: string;
  port: string;
}

/** A JDBC URL that names another database than before, and what a user should check of it. */
export interface MovedUrl {
  url: string;
  notes: string[];
}

/** The part of an URL that says where the database is, and the URL with another address in its place. */
interface Located {
  /** The address as the URL has it; several hosts are separated by commas. */
  before: string;
  move(to: Address): string;
}

/** Subprotocols whose URLs have the form `//user@host:port,host:port/database?parameters`. */
const WITH_AUTHORITY =
  /^(jdbc:(?:aws-wrapper:)?(?:mysql(?::[a-z]+)?|mariadb(?::[a-z]+)?|postgresql|yugabytedb):\/\/)([^/?#]*)(.*)$/is;
const SQL_SERVER = /^(jdbc:sqlserver:\/\/)([^;]*)(.*)$/is;
const ORACLE = /^(jdbc:oracle:(?:thin|oci8?):[^@]*@)(.*)$/is;

/** How ScalarDB, and Scalar's charts, write a value that comes from elsewhere: `${env:HOST}`, `{{ .Env.HOST }}`. */
export const SUBSTITUTIONS = /\$\{[^}]*\}|\{\{.*?\}\}/g;

/**
 * A product's JDBC URL with the address of a copy: database, parameters and all else stay as they are.
 *
 *     moveJdbcUrl("jdbc:mysql://db-1:3306/ledger?useSSL=true", "jdbc:mysql://db-2:3306/")
 *     -> { url: "jdbc:mysql://db-2:3306/ledger?useSSL=true", notes: [] }
 *
 * @param copy the URL of the copy, in the form that this program writes
 * @returns undefined when it is not clear where the present URL has its address
 */
export function moveJdbcUrl(present: string, copy: string): MovedUrl | undefined {
  const to = addressIn(copy);
  const held: string[] = [];
  // A substitution may hold any character, those that separate hosts and ports among them.
  const plain = present.replaceAll(SUBSTITUTIONS, (text) => `\ue000${held.push(text) - 1}\ue001`);
  const restored = (text: string) => text.replaceAll(/\ue000(\d+)\ue001/g, (_, index) => held[Number(index)] ?? "");
  const located = to && locate(plain.trim());
  if (to === undefined || located === undefined) return undefined;
  const url = restored(located.move(to));
  return { url, notes: notesOf(restored(located.before), url, to) };
}

/** The address in a URL of this program's own. */
function addressIn(copy: string): Address | undefined {
  const [, host, port] = /^jdbc:[^@/]+(?:@|\/\/)([^:/;@]+):(\d+)/.exec(copy) ?? [];
  return host === undefined || port === undefined ? undefined : { host, port };
}

function locate(url: string): Located | undefined {
  const [, head, authority = "", tail = ""] = WITH_AUTHORITY.exec(url) ?? [];
  if (head !== undefined) return withAuthority(head, authority, tail);
  const [, sqlServer, server = "", properties = ""] = SQL_SERVER.exec(url) ?? [];
  if (sqlServer !== undefined) return ofSqlServer(sqlServer, server, properties);
  const [, oracle, descriptor = ""] = ORACLE.exec(url) ?? [];
  return oracle === undefined ? undefined : ofOracle(oracle, descriptor);
}

function withAuthority(head: string, authority: string, tail: string): Located | undefined {
  // MySQL's hosts may be lists of keys and values: (host=db,port=3306) or address=(host=db)(port=3306).
  if (authority.includes("(")) return undefined;
  // A password has to be encoded. One that is not may end anywhere, and what follows is not to be taken for hosts and ports.
  if (/^[^@]*,[^@]*@/.test(authority) || /^(?:[^?#]*|[^=]*)@/.test(tail)) return undefined;
  const [first = ""] = authority.split(",");
  const user = first.slice(0, first.lastIndexOf("@") + 1);
  const before = authority
    .split(",")
    .map((host) => host.slice(host.lastIndexOf("@") + 1))
    .join(",");
  return { before, move: ({ host, port }) => `${head}${user}${host}:${port}${tail}` };
}

/** Properties of the driver that say where the server is, in place of the part before the first semicolon. */
const SERVER_PROPERTIES = ["servername", "server", "portnumber", "port", "instancename"];

function ofSqlServer(head: string, server: string, properties: string): Located | undefined {
  const each = [...properties.matchAll(/;([^=;]*)(?:=(\{(?:[^}]|\}\})*\}|[^;]*))?/g)].map(
    ([text, key = "", value]) => ({
      text,
      key: key.trim().toLowerCase(),
      value,
    }),
  );
  const kept = each.filter(({ key }) => !SERVER_PROPERTIES.includes(key)).map(({ text }) => text);
  const property = (...keys: string[]) => each.find(({ key }) => keys.includes(key))?.value;
  const before = server || [property("servername", "server"), property("portnumber", "port")].filter(Boolean).join(":");
  return before === "" ? undefined : { before, move: ({ host, port }) => `${head}${host}:${port}${kept.join("")}` };
}

function ofOracle(head: string, descriptor: string): Located | undefined {
  if (/^\s*\(/.test(descriptor)) return ofDescription(head, descriptor);
  // //host:port/service, host:port/service, host:port:SID, with a protocol or without.
  const [, protocol, hosts, port, tail] =
    /^((?:tcps?:)?\/\/|)([^/:?@\s]+)(?::([^/:?@]+))?([/:?][^@]*|)$/is.exec(descriptor) ?? [];
  // A lone word is an alias of tnsnames.ora.
  if (hosts === undefined || (protocol === "" && port === undefined && tail === "")) return undefined;
  if (/^ldaps?$/i.test(hosts)) return undefined;
  const encrypted = /^tcps/i.test(protocol ?? "");
  return {
    before: `${hosts}${port === undefined || encrypted ? "" : `:${port}`}`,
    // A listener for TLS has a port of its own, on the copy as on its source.
    move: (to) => `${head}${protocol}${to.host}:${encrypted && port !== undefined ? port : to.port}${tail}`,
  };
}

function ofDescription(head: string, descriptor: string): Located | undefined {
  const hosts = [...descriptor.matchAll(/\(\s*HOST\s*=\s*([^()]*?)\s*\)/gi)].map(([, host = ""]) => host);
  const ports = [...descriptor.matchAll(/\(\s*PORT\s*=\s*([^()]*?)\s*\)/gi)].map(([, port = ""]) => port);
  if (hosts.length === 0) return undefined;
  const encrypted = /\(\s*PROTOCOL\s*=\s*TCPS\s*\)/i.test(descriptor);
  return {
    before: hosts.map((host, index) => (encrypted ? host : `${host}:${ports[index] ?? ""}`)).join(","),
    move: ({ host, port }) =>
      head +
      descriptor
        .replaceAll(/(\(\s*HOST\s*=\s*)[^()]*?(\s*\))/gi, (_, open, close) => `${open}${host}${close}`)
        .replaceAll(/(\(\s*PORT\s*=\s*)([^()]*?)(\s*\))/gi, (_, open, old, close) =>
          encrypted ? `${open}${old}${close}` : `${open}${port}${close}`,
        ),
  };
}

function notesOf(before: string, url: string, to: Address): string[] {
  const hosts = before.split(",").map((each) => ({
    host: each.replace(/:[^:\]]*$/, "").replace(/\\.*$/, ""),
    port: /:(\d+)$/.exec(each)?.[1],
  }));
  const other = hosts.find(({ port }) => port !== undefined && port !== to.port)?.port;
  const left = hosts.find(
    ({ host }) => host !== "" && host !== to.host && namesIn(url).includes(host.toLowerCase()),
  )?.host;
  return [
    ...(hosts.length > 1 ? [`its ${hosts.length} hosts are replaced with the copy's one`] : []),
    ...(other === undefined ? [] : [`its port is not the copy's own, which is ${to.port}`]),
    ...(left === undefined ? [] : [`a parameter still names ${left}`]),
  ];
}

/** What may be names of hosts in the parameters of a URL. */
function namesIn(url: string): string[] {
  const [, parameters = ""] = /^[^?;]*([?;].*)$/s.exec(url) ?? [];
  return parameters.toLowerCase().split(/[^a-z0-9.-]+/);
}
