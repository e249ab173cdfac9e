// A DNS client for tests: raw packets over UDP and TCP, and answers as lines of text.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import dnsPacket from 'dns-packet';
import { formatRdata } from '../../../protocols/dns/presentation.ts';
import { fromWire } from '../../../protocols/dns/wire.ts';

export type Question = {
  name: string;
  type: string;
  class?: string;
  id?: number;
  recursionDesired?: boolean;
  /** EDNS: payload size, version and DO bit; left out, the query has no OPT record. */
  edns?: { payloadBytes?: number; version?: number; dnssecOk?: boolean };
};

/** A response with its sections as `name ttl type data`; the OPT record is apart. */
export type Response = {
  bytes: Buffer;
  id: number;
  rcode: string;
  flags: { aa: boolean; tc: boolean; rd: boolean; ra: boolean; ad: boolean };
  question: string;
  answers: string[];
  authorities: string[];
  additionals: string[];
  edns: { payloadBytes: number; version: number; extendedRcode: number; dnssecOk: boolean } | undefined;
};

export function encodeQuery(question: Question): Buffer {
  const { edns } = question;
  const opt = {
    name: '.',
    type: 'OPT',
    udpPayloadSize: edns?.payloadBytes ?? 1232,
    ednsVersion: edns?.version ?? 0,
    flags: edns?.dnssecOk ? dnsPacket.DNSSEC_OK : 0,
    options: [],
  };
  return dnsPacket.encode({
    type: 'query',
    id: question.id ?? 4711,
    flags: question.recursionDesired ? dnsPacket.RECURSION_DESIRED : 0,
    questions: [{ name: question.name, type: question.type, class: question.class ?? 'IN' } as never],
    additionals: edns ? [opt as never] : [],
  });
}

type DecodedRecord = { name: string; type: string; ttl: number; data: unknown };
type DecodedOpt = { udpPayloadSize: number; ednsVersion: number; extendedRcode: number; flag_do: boolean };

export function decodeResponse(bytes: Buffer): Response {
  const packet = dnsPacket.decode(bytes) as dnsPacket.DecodedPacket & { rcode: string };
  const additionals = packet.additionals as unknown as DecodedRecord[];
  const opt = additionals.find((record) => record.type === 'OPT') as unknown as DecodedOpt | undefined;
  const question = packet.questions?.[0];
  return {
    bytes,
    id: packet.id!,
    rcode: packet.rcode,
    flags: {
      aa: packet.flag_aa,
      tc: packet.flag_tc,
      rd: packet.flag_rd,
      ra: packet.flag_ra,
      ad: packet.flag_ad,
    },
    question: question ? `${question.name} ${question.type}` : '',
    answers: lines(packet.answers as unknown as DecodedRecord[]),
    authorities: lines(packet.authorities as unknown as DecodedRecord[]),
    additionals: lines(additionals.filter((record) => record.type !== 'OPT')),
    edns: opt && {
      payloadBytes: opt.udpPayloadSize,
      version: opt.ednsVersion,
      extendedRcode: opt.extendedRcode,
      dnssecOk: opt.flag_do,
    },
  };
}

function lines(records: DecodedRecord[]): string[] {
  return records.map(({ name, type, ttl, data }) => `${name} ${ttl} ${type} ${text(type, data)}`);
}

function text(type: string, data: unknown): string {
  if (type !== 'HINFO') return formatRdata(fromWire(type, data));
  const { cpu, os } = data as { cpu: string; os: string };
  return `"${cpu}" "${os}"`;
}

/** Asks over UDP and waits for one datagram. */
export async function askUdp(port: number, question: Question): Promise<Response> {
  const [response] = await exchangeUdp(port, [encodeQuery(question)], 1);
  return decodeResponse(response!);
}

/** Sends datagrams one after the other from one socket and waits for so many responses. */
export async function exchangeUdp(
  port: number,
  messages: readonly Buffer[],
  responses: number,
): Promise<Buffer[]> {
  const socket = createSocket('udp4');
  const received: Buffer[] = [];
  try {
    const done = new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.on('message', (message) => {
        received.push(message);
        if (received.length === responses) resolve();
      });
    });
    for (const message of messages) {
      await new Promise<void>((resolve, reject) =>
        socket.send(message, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
      );
    }
    await done;
    return received;
  } finally {
    socket.close();
  }
}

export async function askTcp(port: number, question: Question): Promise<Response> {
  const [response] = await exchangeTcp(port, frame(encodeQuery(question)), 1);
  if (!response) throw new Error('the connection ended without a response');
  return decodeResponse(response);
}

/** A message with its length in front (RFC 1035 §4.2.2). */
export function frame(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Sends bytes on one connection and waits for so many responses, or for its end. */
export async function exchangeTcp(port: number, bytes: Buffer, responses: number): Promise<Buffer[]> {
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      received.push(pending.subarray(2, 2 + pending.readUInt16BE(0)));
      pending = pending.subarray(2 + pending.readUInt16BE(0));
    }
    if (received.length >= responses) socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.write(bytes);
  await once(socket, 'close');
  return received;
}
