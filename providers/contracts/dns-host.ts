// The role of a DNS host: keeps a zone and answers for it.

export type HostedRecord = {
  /** Id given by us; stays the same while the record lives. */
  id: string;
  /** Fully qualified owner name, lower case, no trailing dot. */
  name: string;
  type: string;
  ttlS: number;
  /** RDATA in presentation format (RFC 1035 §5.1) with absolute names. */
  data: string;
};

export type Nameserver = {
  /** The name that goes into NS records and to the registrar. */
  name: string;
  /** Where to ask it, when it cannot be found through public DNS (the embedded installation). */
  address?: string;
  port?: number;
};

export type DnsHost = {
  /** The nameservers a new zone will have. */
  nameservers(): Promise<Nameserver[]>;
  /** Makes the zone hold exactly these records (SOA and apex NS are the host's own). Repeating it changes nothing. */
  putZone(zone: { name: string; records: HostedRecord[] }): Promise<{ serial: number | null }>;
  /** The zone as the host has it, or null when it has none. */
  readZone(name: string): Promise<{ name: string; serial: number | null; records: HostedRecord[] } | null>;
  /** Removes the zone; succeeds when there is none. */
  removeZone(name: string): Promise<void>;
};
