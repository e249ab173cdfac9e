// A small internet of DNS servers for tests: the servers of a top-level domain that delegate names, the nameservers the
// names are delegated to, and resolvers, of which single ones can lie or die. Each has an address of its own on the
// loopback (all of 127.0.0.0/8 is there on Linux), and all of them one port, as on the internet.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import dnsPacket from 'dns-packet';
import { parseRdata } from '../../protocols/dns/presentation.ts';
import type { RecordData } from '../../protocols/dns/rdata.ts';

/** `data` in presentation format. */
export type WorldRecord = { name: string; type: string; ttlS?: number; data: string };
type Zone = { name: string; servers: string[]; records(): WorldRecord[] };
type Question = { name: string; type: string };
type Reply = { rcode?: number; answers?: object[]; authorities?: object[]; aa?: boolean };

export type DnsWorld = {
  port: number;
  /** For INBOXKIT_DNS_RESOLVERS. */
  resolvers: string;
  /** Has the top-level domain refer a name to these nameservers; without any, it knows the name no longer. */
  delegate(name: string, nameservers: string[]): void;
  /** Has these nameservers answer for a zone, with what `records` gives at each question. */
  host(name: string, nameservers: string[], records: () => WorldRecord[]): Promise<void>;
  /** Has one server answer otherwise from now on: `dead` not at all; undefined as before. */
  tamper(server: string, how: ((question: Question) => WorldRecord[] | null) | 'dead' | undefined): void;
  /** Questions each server was asked, as `name type`. */
  asked(server: string): string[];
  /** The address a server has. */
  addressOf(server: string): string;
  close(): void;
};

/** @param tlds delegated from the root, each with two servers `a.nic.<tld>` and `b.nic.<tld>` */
export const startDnsWorld = async (tlds: string[] = ['com']): Promise<DnsWorld> => {
  const addresses = new Map<string, string>();
  const delegations = new Map<string, string[]>();
  const zones = new Map<string, Zone>();
  const tampered = new Map<string, Parameters<DnsWorld['tamper']>[1]>();
  const questions = new Map<string, string[]>();
  const closing: (() => void)[] = [];
  let port = 0;
  // Another file's world has its own addresses.
  const net = `127.${100 + (process.pid % 100)}.${Math.floor(Math.random() * 250)}`;

  const above = (name: string) => name.slice(name.indexOf('.') + 1);
  const zoneAt = (name: string): Zone | undefined => {
    for (let at = name; at; at = at.includes('.') ? above(at) : '') if (zones.has(at)) return zones.get(at);
    return undefined;
  };

  const fromZone = (zone: Zone, { name, type }: Question): Reply => {
    const held = zone.records();
    const ns = zone.servers.map((server) => ({ name: zone.name, type: 'NS', data: `${server}.` }));
    const soa = {
      name: zone.name,
      type: 'SOA',
      data: `${zone.servers[0]}. hostmaster.${zone.name}. 7 3600 600 86400 60`,
    };
    const records = [...held, ...ns, soa];
    const at = records.filter((record) => record.name === name);
    const answers = at.filter((record) => record.type === type || record.type === 'CNAME');
    if (answers.length > 0) return { aa: true, answers: answers.map(toPacket) };
    return { aa: true, rcode: at.length > 0 ? 0 : 3, authorities: [toPacket(soa)] };
  };

  /** What a server of a top-level domain says. */
  const fromTld = (tld: string, { name, type }: Question): Reply => {
    const servers = tldServers(tld);
    if (name === tld && type === 'NS') return { aa: true, answers: servers.map((one) => nsRecord(tld, one)) };
    const delegated = delegations.get(name);
    if (!delegated) return { aa: true, rcode: 3 };
    return { authorities: delegated.map((one) => nsRecord(name, one)) };
  };

  const tldServers = (tld: string) => [`a.nic.${tld}`, `b.nic.${tld}`];
  const nsRecord = (name: string, server: string) => toPacket({ name, type: 'NS', data: `${server}.` });

  /** What an honest resolver finds out. */
  const resolved = (question: Question): Reply => {
    const address = addresses.get(question.name);
    if (address) return question.type === 'A' ? { answers: [toPacket({ ...question, data: address })] } : {};
    if (tlds.includes(question.name)) return fromTld(question.name, question);
    const zone = zoneAt(question.name);
    if (zone && delegations.get(zone.name)?.some((server) => zone.servers.includes(server))) {
      const { rcode, answers, authorities } = fromZone(zone, question);
      return { rcode, answers, authorities };
    }
    return { rcode: 3 };
  };

  const serve = async (server: string, answer: (question: Question) => Reply): Promise<void> => {
    const address = `${net}.${addresses.size + 1}`;
    addresses.set(server, address);
    const reply = (query: Buffer): Buffer | null => {
      const how = tampered.get(server);
      const { id, questions: asked, flags } = dnsPacket.decode(query);
      const question = { name: asked![0]!.name.toLowerCase(), type: asked![0]!.type as string };
      questions.set(server, [...(questions.get(server) ?? []), `${question.name} ${question.type}`]);
      if (how === 'dead') return null;
      const lie = how?.(question);
      const said: Reply = lie ? { answers: lie.map(toPacket) } : answer(question);
      const { rcode = 0, answers = [], authorities = [], aa = false } = said;
      const bits = (flags! & dnsPacket.RECURSION_DESIRED) | (aa ? dnsPacket.AUTHORITATIVE_ANSWER : 0) | rcode;
      return dnsPacket.encode({
        type: 'response',
        id,
        flags: bits,
        questions: asked,
        answers: answers as never,
        authorities: authorities as never,
      });
    };
    const socket = createSocket('udp4');
    socket.on('message', (query, from) => {
      const answered = reply(query);
      if (answered) socket.send(answered, from.port, from.address);
    });
    socket.bind(port, address);
    await once(socket, 'listening');
    port = socket.address().port;
    const listener = createServer((connection) => {
      connection.on('error', () => {});
      connection.once('data', (bytes) => {
        const answered = reply(bytes.subarray(2));
        if (!answered) return connection.destroy();
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answered.length);
        connection.end(Buffer.concat([length, answered]));
      });
    }).listen(port, address);
    await once(listener, 'listening');
    closing.push(() => {
      socket.close();
      listener.close();
    });
  };

  const resolvers = ['first', 'second', 'third'].map((name) => `${name}.resolver.test`);
  for (const resolver of resolvers) await serve(resolver, resolved);
  for (const tld of tlds) {
    for (const server of tldServers(tld)) await serve(server, (question) => fromTld(tld, question));
  }
  const addressOf = (server: string) => {
    const address = addresses.get(server);
    if (!address) throw new Error(`there is no server ${server}`);
    return address;
  };

  return {
    port,
    resolvers: resolvers.map((resolver) => `${addressOf(resolver)}:${port}`).join(','),
    delegate: (name, nameservers) => {
      if (nameservers.length > 0) delegations.set(name, nameservers);
      else delegations.delete(name);
    },
    host: async (name, nameservers, records) => {
      zones.set(name, { name, servers: nameservers, records });
      for (const server of nameservers) {
        if (addresses.has(server)) continue;
        await serve(server, (question) => {
          const zone = zoneAt(question.name);
          return zone?.servers.includes(server) ? fromZone(zone, question) : { rcode: 5 };
        });
      }
    },
    tamper: (server, how) => {
      addressOf(server);
      tampered.set(server, how);
    },
    asked: (server) => questions.get(server) ?? [],
    addressOf,
    close: () => {
      for (const close of closing) close();
    },
  };
};

const toPacket = ({ name, type, ttlS = 300, data }: WorldRecord): object => ({
  name,
  type,
  ttl: ttlS,
  data: packetData(parseRdata(type, data)),
});

const packetData = (data: RecordData): unknown => {
  switch (data.type) {
    case 'A':
    case 'AAAA':
      return data.address;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return data.target;
    case 'MX':
      return { preference: data.preference, exchange: data.exchange };
    case 'TXT':
      return data.strings.map((string) => Buffer.from(string));
    case 'SRV':
      return { priority: data.priority, weight: data.weight, port: data.port, target: data.target };
    case 'SOA':
      return {
        mname: data.mname,
        rname: data.rname,
        serial: data.serial,
        refresh: data.refreshS,
        retry: data.retryS,
        expire: data.expireS,
        minimum: data.minimumS,
      };
    default:
      throw new Error(`the small internet serves no ${data.type}`);
  }
};
