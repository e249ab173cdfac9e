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

/** Why a host would not take a record by itself, whatever else is in the zone; null when it would. */
export type RecordRule = (record: HostedRecord) => { code: string; message: string } | null;

export type Nameserver = {
  /** The name that goes into NS records and to the registrar. */
  name: string;
  /** Where to ask it, when it cannot be found through public DNS (the embedded installation). */
  address?: string;
  port?: number;
};

/**
 * Keeps zones, either for us alone or, where a zone lies in its owner's account, beside records of the owner's. Ours
 * are those we put there; whatever else a zone holds is never changed and never removed.
 */
export type DnsHost = {
  /** The nameservers the zone has, or will have once it is put. @throws notFound where the host keeps owners' zones and has no such zone */
  nameservers(zone: string): Promise<Nameserver[]>;
  /** What the host does not take, so that it is refused before it is written down. Asks nobody. */
  recordRule(): Promise<RecordRule>;
  /** Makes our records of the zone exactly these (SOA and apex NS are the host's own). Repeating it changes nothing. */
  putZone(zone: { name: string; records: HostedRecord[] }): Promise<{ serial: number | null }>;
  /** Our records of the zone as the host has them, or null when there is nothing of ours. */
  readZone(name: string): Promise<{ name: string; serial: number | null; records: HostedRecord[] } | null>;
  /** Removes the zone, or our records where the zone is its owner's; succeeds when there is none. */
  removeZone(name: string): Promise<void>;
  /** What the zone's owner keeps there besides, with ids of the host's own; always nothing where zones are ours alone. */
  ownersRecords(zone: string): Promise<HostedRecord[]>;
  /** Where the host itself has seen the zone above send the world; null when it does not look. */
  seenDelegation(zone: string): Promise<string[] | null>;
};
