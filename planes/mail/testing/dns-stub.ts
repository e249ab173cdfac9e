/** A nameserver for tests: answers over UDP what it is told, NXDOMAIN for all other names. */
import dgram from 'node:dgram';
import { once } from 'node:events';
import packet, { type Answer, type RecordType } from 'dns-packet';

export type DnsStub = {
  /** As `resolver.servers` takes it. */
  server: string;
  /** Adds a record; `data` as dns-packet wants it (a TXT string of any length is cut by it into 255-octet pieces). */
  add(name: string, type: 'A' | 'AAAA' | 'MX' | 'TXT', data: unknown): void;
  /** Makes every question go unanswered with SERVFAIL. */
  fail(failing: boolean): void;
  close(): Promise<void>;
};

const NXDOMAIN = 3;
const SERVFAIL = 2;

export async function startDnsStub(): Promise<DnsStub> {
  const records: { name: string; type: RecordType; data: unknown }[] = [];
  let failing = false;
  const socket = dgram.createSocket('udp4');
  socket.on('message', (message, from) => {
    const query = packet.decode(message);
    const [question] = query.questions ?? [];
    if (!question) return;
    const sameName = records.filter((record) => record.name === question.name.toLowerCase());
    const answers = failing ? [] : sameName.filter((record) => record.type === question.type);
    const rcode = failing ? SERVFAIL : sameName.length > 0 ? 0 : NXDOMAIN;
    const response = packet.encode({
      type: 'response',
      id: query.id ?? 0,
      flags: packet.AUTHORITATIVE_ANSWER | rcode,
      questions: [question],
      answers: answers.map(({ type, data }) => ({ name: question.name, type, ttl: 0, data }) as Answer),
    });
    socket.send(response, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    server: `127.0.0.1:${socket.address().port}`,
    add: (name, type, data) =>
      records.push({ name, type, data: type === 'TXT' ? (String(data).match(/.{1,255}/gs) ?? ['']) : data }),
    fail: (on) => {
      failing = on;
    },
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}
