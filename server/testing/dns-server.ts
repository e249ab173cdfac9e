// A DNS server that answers whatever a test tells it to, over UDP and TCP on one free port.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import dnsPacket from 'dns-packet';

/** Messages to send back for a query, in order; none leaves it without an answer. */
export type Answering = (query: Buffer) => Buffer[] | Promise<Buffer[]>;

export type TestDnsServer = { name: string; address: string; port: number; close(): void };

export const startDnsServer = async (
  udp: Answering,
  tcp: Answering = () => [],
  name = 'ns.example',
): Promise<TestDnsServer> => {
  const listener = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', async (bytes) => {
      for (const answer of await tcp(bytes.subarray(2))) {
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      }
      socket.end();
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const socket = createSocket('udp4');
  socket.on('message', async (query, from) => {
    for (const answer of await udp(query)) socket.send(answer, from.port, from.address);
  });
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  return {
    name,
    address: '127.0.0.1',
    port,
    close: () => {
      socket.close();
      listener.close();
    },
  };
};

/** An answer to the query, with these fields of a dns-packet message. */
export const dnsAnswer = (query: Buffer, fields: object): Buffer => {
  const { id, questions } = dnsPacket.decode(query);
  return dnsPacket.encode({ type: 'response', id, questions, ...fields });
};

export const dnsQuestion = (query: Buffer): { name: string; type: string } => {
  const { name, type } = dnsPacket.decode(query).questions![0]!;
  return { name, type };
};
